"""The Django models of `bench.peers.history`; to be imported once Django is set up."""

from typing import Any

from django.db import models
from simple_history.models import HistoricalRecords


class _Tracked(models.Model):  # type: ignore[misc]  # Django comes without types
    # Who changed a row is a name, so no table of users is needed.
    history: Any = HistoricalRecords(
        inherit=True, app="bench_history", history_user_id_field=models.TextField(null=True),
        history_user_getter=lambda _: None, history_user_setter=lambda *_: None,
    )  # fmt: skip

    class Meta:
        abstract = True
        app_label = "bench_history"


class Plan(_Tracked):
    """A plan."""

    slug = models.CharField(max_length=63)
    title = models.TextField()
    organisation = models.TextField()
    scale = models.JSONField()
    opened_on = models.DateField()
    inspections = models.JSONField()
    version_label = models.TextField()
    issued_on = models.DateField(null=True)
    presented_to = models.TextField()

    class Meta(_Tracked.Meta):
        abstract = False


class _OfPlan(_Tracked):
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE)

    class Meta(_Tracked.Meta):
        abstract = True


class Recommendation(_OfPlan):
    """A recommendation."""

    number = models.CharField(max_length=32)
    text = models.TextField()
    made_by = models.TextField(null=True)

    class Meta(_Tracked.Meta):
        abstract = False


class Priority(_OfPlan):
    """A priority."""

    number = models.CharField(max_length=32)
    title = models.TextField()
    answers = models.JSONField()
    assurance = models.TextField(null=True)
    assured_by = models.TextField(null=True)
    assured_on = models.DateField(null=True)

    class Meta(_Tracked.Meta):
        abstract = False


class Action(_OfPlan):
    """An action."""

    priority = models.ForeignKey(Priority, on_delete=models.CASCADE)
    number = models.CharField(max_length=32)
    text = models.TextField()
    outcome = models.TextField(null=True)
    timescale = models.TextField(null=True)
    due = models.DateField(null=True)
    precision = models.TextField()
    original_timescale = models.TextField(null=True)
    leads = models.JSONField()
    reports_to = models.TextField(null=True)
    rating = models.CharField(max_length=63, null=True)
    rated_on = models.DateField(null=True)
    rating_evidence = models.JSONField(default=list)
    progress = models.TextField(null=True)
    progress_on = models.DateField(null=True)
    added_on = models.DateField()

    class Meta(_Tracked.Meta):
        abstract = False


class Evidence(_OfPlan):
    """A document filed as evidence of an action."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE)
    title = models.TextField()
    location = models.TextField(null=True)
    filed_on = models.DateField()

    class Meta(_Tracked.Meta):
        abstract = False


class Measure(_OfPlan):
    """A measure with its newest value."""

    code = models.CharField(max_length=63)
    title = models.TextField()
    unit = models.TextField(null=True)
    baseline = models.TextField(null=True)
    target = models.TextField(null=True)
    priority = models.TextField(null=True)
    period = models.TextField(null=True)
    value = models.TextField(null=True)
    reported_on = models.DateField(null=True)

    class Meta(_Tracked.Meta):
        abstract = False


#: In the order in which rows refer to each other.
MODELS: tuple[Any, ...] = (Plan, Recommendation, Priority, Action, Evidence, Measure)
