// Where a field under a choice is changed, that choice is selected. Without it the server asks which was meant.
"use strict";
for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const choice = event.target.closest(".with")?.previousElementSibling?.querySelector("input[type=radio]");
    if (choice) choice.checked = true;
  });
}
