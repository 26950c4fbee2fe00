"""Every command: its help and its arguments. Made from the commands by `scripts/generate`; do not edit.

The program starts with this alone, so that help and usage errors load nothing else (api/cli/arguments.py).
"""

COMMANDS: dict[str, dict[str, object]] = {
    'demo': {
        'help': 'Load the example histories, once, and serve them as pages and an API.\n\nThey are made from published papers (see examples/README.md). Anyone may read them; the link that it prints signs\nin once, to record and to see who may do what. What is recorded stays: give the demo a folder to itself if you keep\nplans of your own.\n\n\x08\n  asat demo\n  asat --data ./demo-data demo --port 8080',
        'short_help': 'Load the example histories, once, and serve them.',
        'params': [
            {'names': ['--host', 'host'], 'metavar': 'ADDRESS', 'help': 'Address to serve on (ASAT_HOST); 127.0.0.1 unless told otherwise.'},
            {'names': ['--port', 'port'], 'metavar': 'PORT', 'help': 'Port to serve on (ASAT_PORT); 8000 unless told otherwise, 0 for any that is free.', 'type': {'is': 'integer', 'min': 0, 'max': 65535}},
            {'names': ['--url', 'url'], 'metavar': 'URL', 'help': 'Address under which people reach it (ASAT_URL), such as https://asat.example.gov.uk, where a proxy stands before it.'},
        ],
    },
    'serve': {
        'help': "Serve the plans as pages and an API until interrupted.\n\nUntil somebody is known (`asat principal add`) it serves this machine only, and whoever is on it may do everything.\nFor others it is served under an https address, by a proxy that stands before it and passes on the name it was asked\nunder. /openapi.json describes every address.\n\n\x08\n  asat serve\n  asat serve --port 8080\n  asat serve --url https://asat.example.gov.uk\n\nPeople sign in with a password, with a link, or with their organisation's account where ASAT_OIDC_ISSUER,\nASAT_OIDC_CLIENT_ID and ASAT_OIDC_SECRET_FILE name an OpenID Connect provider; it is to send them back to\n/sign-in/openid/back. ASAT_LOG=on logs each request as a line of JSON on standard error, which it does by itself\nwhere there is a --url.",
        'params': [
            {'names': ['--host', 'host'], 'metavar': 'ADDRESS', 'help': 'Address to serve on (ASAT_HOST); 127.0.0.1 unless told otherwise.'},
            {'names': ['--port', 'port'], 'metavar': 'PORT', 'help': 'Port to serve on (ASAT_PORT); 8000 unless told otherwise, 0 for any that is free.', 'type': {'is': 'integer', 'min': 0, 'max': 65535}},
            {'names': ['--url', 'url'], 'metavar': 'URL', 'help': 'Address under which people reach it (ASAT_URL), such as https://asat.example.gov.uk, where a proxy stands before it.'},
        ],
    },
    'plans': {
        'help': 'List all plans, as they stand today.',
        'short_help': 'List all plans, as they stand today.',
        'params': [
            {'names': ['-o', '--output', 'output'], 'metavar': 'FILE', 'help': 'Write to this file, in the form that its suffix says (.json, .md, .csv, .html, .xlsx, .docx, .pdf, .txt) or -f.', 'type': {'is': 'path'}},
            {'names': ['-f', '--format', 'form'], 'metavar': 'FORM', 'help': 'text, json, md, csv, html, xlsx, docx, pdf. Default: text on a terminal, json elsewhere.', 'type': {'is': 'choice', 'choices': ['text', 'json', 'md', 'csv', 'html', 'xlsx', 'docx', 'pdf']}},
        ],
    },
    'show': {
        'help': 'Show a PLAN as at a point: its priorities, actions, ratings, measures and inspections.\n\n\x08\n  asat show sunderland\n  asat show sunderland --at issue:3.0 -o plan.md\n  asat show stockton-scrutiny --at "told:Select Committee@2020-04-30"',
        'short_help': 'Show a plan as at a point in time.',
        'params': [
            {'names': ['plan'], 'argument': True},
            {'names': ['--at', 'at'], 'help': 'The point in time; `asat --help` says how to write it.', 'show_default': True, 'default': 'now', 'type': {'is': 'point'}},
            {'names': ['--all', 'everything'], 'is_flag': True, 'help': 'Also the actions that were closed or withdrawn.'},
            {'names': ['-o', '--output', 'output'], 'metavar': 'FILE', 'help': 'Write to this file, in the form that its suffix says (.json, .md, .csv, .html, .xlsx, .docx, .pdf, .txt) or -f.', 'type': {'is': 'path'}},
            {'names': ['-f', '--format', 'form'], 'metavar': 'FORM', 'help': 'text, json, md, csv, html, xlsx, docx, pdf. Default: text on a terminal, json elsewhere.', 'type': {'is': 'choice', 'choices': ['text', 'json', 'md', 'csv', 'html', 'xlsx', 'docx', 'pdf']}},
        ],
    },
    'compare': {
        'help': 'Compare the ratings of a PLAN: PREVIOUS against CURRENT, with the changes and the narrative.\n\nBoth are points in time; without CURRENT it is now.\n\n\x08\n  asat compare sunderland issue:2.0 issue:3.0\n  asat compare sunderland 2019-03-29 2019-05-31 -f csv',
        'short_help': 'Compare the ratings at two points in time.',
        'params': [
            {'names': ['plan'], 'argument': True},
            {'names': ['previous'], 'argument': True, 'type': {'is': 'point'}},
            {'names': ['current'], 'argument': True, 'required': False, 'default': 'now', 'type': {'is': 'point'}},
            {'names': ['-o', '--output', 'output'], 'metavar': 'FILE', 'help': 'Write to this file, in the form that its suffix says (.json, .md, .csv, .html, .xlsx, .docx, .pdf, .txt) or -f.', 'type': {'is': 'path'}},
            {'names': ['-f', '--format', 'form'], 'metavar': 'FORM', 'help': 'text, json, md, csv, html, xlsx, docx, pdf. Default: text on a terminal, json elsewhere.', 'type': {'is': 'choice', 'choices': ['text', 'json', 'md', 'csv', 'html', 'xlsx', 'docx', 'pdf']}},
        ],
    },
    'paper': {
        'help': 'Make the report of progress of a PLAN for a committee: PREVIOUS against CURRENT.\n\nThe key to the ratings, their summary, the previous-against-current table, progress by priority with every action\nof concern, and appendices of changes and document history. Without CURRENT it is now.\n\n\x08\n  asat paper sunderland issue:2.0 issue:3.0 -o paper.docx\n  asat paper sunderland issue:2.0 issue:3.0 -o paper.pdf',
        'short_help': "Make the committee's paper between two points in time.",
        'params': [
            {'names': ['plan'], 'argument': True},
            {'names': ['previous'], 'argument': True, 'type': {'is': 'point'}},
            {'names': ['current'], 'argument': True, 'required': False, 'default': 'now', 'type': {'is': 'point'}},
            {'names': ['-o', '--output', 'output'], 'metavar': 'FILE', 'help': 'Write to this file, in the form that its suffix says (.json, .md, .csv, .html, .xlsx, .docx, .pdf, .txt) or -f.', 'type': {'is': 'path'}},
            {'names': ['-f', '--format', 'form'], 'metavar': 'FORM', 'help': 'text, json, md, csv, html, xlsx, docx, pdf. Default: text on a terminal, json elsewhere.', 'type': {'is': 'choice', 'choices': ['text', 'json', 'md', 'csv', 'html', 'xlsx', 'docx', 'pdf']}},
        ],
    },
    'changes': {
        'help': 'List every change of a PLAN between two points in time, with the events behind it.\n\nWithout CURRENT it is everything that changed since PREVIOUS.\n\n\x08\n  asat changes sunderland issue:2.0 issue:3.0\n  asat changes sunderland 2019-05-31',
        'short_help': 'List every change between two points in time.',
        'params': [
            {'names': ['plan'], 'argument': True},
            {'names': ['previous'], 'argument': True, 'type': {'is': 'point'}},
            {'names': ['current'], 'argument': True, 'required': False, 'default': 'now', 'type': {'is': 'point'}},
            {'names': ['-o', '--output', 'output'], 'metavar': 'FILE', 'help': 'Write to this file, in the form that its suffix says (.json, .md, .csv, .html, .xlsx, .docx, .pdf, .txt) or -f.', 'type': {'is': 'path'}},
            {'names': ['-f', '--format', 'form'], 'metavar': 'FORM', 'help': 'text, json, md, csv, html, xlsx, docx, pdf. Default: text on a terminal, json elsewhere.', 'type': {'is': 'choice', 'choices': ['text', 'json', 'md', 'csv', 'html', 'xlsx', 'docx', 'pdf']}},
        ],
    },
    'counted': {
        'help': 'List the actions of a PLAN that a figure of `asat compare` counts, with the events behind each.\n\n\x08\n  asat counted sunderland --current issue:3.0 --rating amber\n  asat counted sunderland --previous issue:2.0 --population new',
        'short_help': 'List the actions behind a figure.',
        'params': [
            {'names': ['plan'], 'argument': True},
            {'names': ['--previous', 'previous'], 'help': 'The point compared from; left out, it is the current one; `asat --help` says how to write it.', 'type': {'is': 'point'}},
            {'names': ['--current', 'current'], 'help': 'The point compared with it; `asat --help` says how to write it.', 'show_default': True, 'default': 'now', 'type': {'is': 'point'}},
            {'names': ['--when', 'when'], 'help': 'At which of the two points the actions are looked at.', 'show_default': True, 'default': 'current', 'type': {'is': 'choice', 'choices': ['current', 'previous']}},
            {'names': ['--population', 'population'], 'help': "All actions, those due by the point's day, or those that came, left or moved between the points.", 'show_default': True, 'default': 'all', 'type': {'is': 'choice', 'choices': ['all', 'due', 'new', 'closed', 'withdrawn', 'moved']}},
            {'names': ['--rating', 'rating'], 'metavar': 'CODE', 'help': 'Only those with this rating; `unrated`: with none.'},
            {'names': ['--priority', 'priority'], 'metavar': 'NUMBER', 'help': 'Only those in the priority of this number.'},
            {'names': ['-o', '--output', 'output'], 'metavar': 'FILE', 'help': 'Write to this file, in the form that its suffix says (.json, .md, .csv, .html, .xlsx, .docx, .pdf, .txt) or -f.', 'type': {'is': 'path'}},
            {'names': ['-f', '--format', 'form'], 'metavar': 'FORM', 'help': 'text, json, md, csv, html, xlsx, docx, pdf. Default: text on a terminal, json elsewhere.', 'type': {'is': 'choice', 'choices': ['text', 'json', 'md', 'csv', 'html', 'xlsx', 'docx', 'pdf']}},
        ],
    },
    'event': {
        'help': 'Show one event of a PLAN by its VERSION: what it says, who recorded it when, and whether it still counts.\n\n\x08\n  asat event sunderland 285',
        'short_help': 'Show one event, and whether it still counts.',
        'params': [
            {'names': ['plan'], 'argument': True},
            {'names': ['version'], 'argument': True, 'type': {'is': 'integer', 'min': 1, 'max': 1000000000000}},
            {'names': ['--up-to', 'up_to'], 'metavar': 'NUMBER', 'help': 'The event as it stood when this record number of the plan was the newest.', 'type': {'is': 'integer', 'min': 1, 'max': 1000000000000}},
            {'names': ['-o', '--output', 'output'], 'metavar': 'FILE', 'help': 'Write to this file, in the form that its suffix says (.json, .md, .csv, .html, .xlsx, .docx, .pdf, .txt) or -f.', 'type': {'is': 'path'}},
            {'names': ['-f', '--format', 'form'], 'metavar': 'FORM', 'help': 'text, json, md, csv, html, xlsx, docx, pdf. Default: text on a terminal, json elsewhere.', 'type': {'is': 'choice', 'choices': ['text', 'json', 'md', 'csv', 'html', 'xlsx', 'docx', 'pdf']}},
        ],
    },
    'history': {
        'help': "Show a PLAN's document history: the document versions issued, and to whom it was presented.\n\nEach with the point that froze it, which can be asked about with --at in the other commands.",
        'short_help': 'Show the document versions issued, and who was told.',
        'params': [
            {'names': ['plan'], 'argument': True},
            {'names': ['--at', 'at'], 'help': 'The point in time; `asat --help` says how to write it.', 'show_default': True, 'default': 'now', 'type': {'is': 'point'}},
            {'names': ['-o', '--output', 'output'], 'metavar': 'FILE', 'help': 'Write to this file, in the form that its suffix says (.json, .md, .csv, .html, .xlsx, .docx, .pdf, .txt) or -f.', 'type': {'is': 'path'}},
            {'names': ['-f', '--format', 'form'], 'metavar': 'FORM', 'help': 'text, json, md, csv, html, xlsx, docx, pdf. Default: text on a terminal, json elsewhere.', 'type': {'is': 'choice', 'choices': ['text', 'json', 'md', 'csv', 'html', 'xlsx', 'docx', 'pdf']}},
        ],
    },
    'trail': {
        'help': "Show a PLAN's events, oldest first: all of them, however many, unless --limit says how many.\n\n\x08\n  asat trail sunderland --action 2.5\n  asat trail sunderland --recorded-after 2019-06-04 --late-by 30\n  asat trail sunderland --up-to 282",
        'short_help': 'Show every event: who recorded what, and when.',
        'params': [
            {'names': ['plan'], 'argument': True},
            {'names': ['--action', 'action'], 'metavar': 'NUMBER', 'help': 'Only what concerns this action, whatever number it bore.'},
            {'names': ['--recorded-after', 'recorded_after'], 'help': 'Only what was recorded after this instant (`2019-06-04T09:00:00Z`), or after the end of this day in London (`2019-06-04`).', 'type': {'is': 'instant'}},
            {'names': ['--late-by', 'late_by'], 'metavar': 'DAYS', 'help': 'Only what was recorded so many days late.', 'type': {'is': 'integer', 'min': 0, 'max': 1000000}},
            {'names': ['--after', 'after'], 'metavar': 'NUMBER', 'help': 'Begin after this record number, such as the `next` of the page before.', 'default': 0, 'type': {'is': 'integer', 'min': 0, 'max': 1000000000000}},
            {'names': ['--limit', 'limit'], 'metavar': 'NUMBER', 'help': 'So many events at most.', 'type': {'is': 'integer', 'min': 1}},
            {'names': ['--up-to', 'up_to'], 'metavar': 'NUMBER', 'help': 'The trail as it was when this record number of the plan was the newest.', 'type': {'is': 'integer', 'min': 1, 'max': 1000000000000}},
            {'names': ['-o', '--output', 'output'], 'metavar': 'FILE', 'help': 'Write to this file, in the form that its suffix says (.json, .md, .csv, .html, .xlsx, .docx, .pdf, .txt) or -f.', 'type': {'is': 'path'}},
            {'names': ['-f', '--format', 'form'], 'metavar': 'FORM', 'help': 'text, json, md, csv, html, xlsx, docx, pdf. Default: text on a terminal, json elsewhere.', 'type': {'is': 'choice', 'choices': ['text', 'json', 'md', 'csv', 'html', 'xlsx', 'docx', 'pdf']}},
        ],
    },
    'ratings': {
        'help': 'Show the actions of a PLAN by rating, month by month up to a point.\n\n\x08\n  asat ratings sunderland --at 2019-12-31',
        'short_help': 'Show how the ratings moved over time.',
        'params': [
            {'names': ['plan'], 'argument': True},
            {'names': ['--at', 'at'], 'help': 'The point in time; `asat --help` says how to write it.', 'show_default': True, 'default': 'now', 'type': {'is': 'point'}},
            {'names': ['-o', '--output', 'output'], 'metavar': 'FILE', 'help': 'Write to this file, in the form that its suffix says (.json, .md, .csv, .html, .xlsx, .docx, .pdf, .txt) or -f.', 'type': {'is': 'path'}},
            {'names': ['-f', '--format', 'form'], 'metavar': 'FORM', 'help': 'text, json, md, csv, html, xlsx, docx, pdf. Default: text on a terminal, json elsewhere.', 'type': {'is': 'choice', 'choices': ['text', 'json', 'md', 'csv', 'html', 'xlsx', 'docx', 'pdf']}},
        ],
    },
    'action': {
        'help': 'Show one action of a PLAN by its NUMBER, or by one it once bore.\n\n\x08\n  asat action sunderland 2.4 --at 2019-03-29',
        'short_help': 'Show one action as at a point in time.',
        'params': [
            {'names': ['plan'], 'argument': True},
            {'names': ['number'], 'argument': True},
            {'names': ['--at', 'at'], 'help': 'The point in time; `asat --help` says how to write it.', 'show_default': True, 'default': 'now', 'type': {'is': 'point'}},
            {'names': ['-o', '--output', 'output'], 'metavar': 'FILE', 'help': 'Write to this file, in the form that its suffix says (.json, .md, .csv, .html, .xlsx, .docx, .pdf, .txt) or -f.', 'type': {'is': 'path'}},
            {'names': ['-f', '--format', 'form'], 'metavar': 'FORM', 'help': 'text, json, md, csv, html, xlsx, docx, pdf. Default: text on a terminal, json elsewhere.', 'type': {'is': 'choice', 'choices': ['text', 'json', 'md', 'csv', 'html', 'xlsx', 'docx', 'pdf']}},
        ],
    },
    'overdue': {
        'help': 'List what is overdue in a PLAN, and what has slipped from its original date.\n\n\x08\n  asat overdue sunderland --at 2019-12-31',
        'short_help': 'List what is overdue, and what has slipped.',
        'params': [
            {'names': ['plan'], 'argument': True},
            {'names': ['--at', 'at'], 'help': 'The point in time; `asat --help` says how to write it.', 'show_default': True, 'default': 'now', 'type': {'is': 'point'}},
            {'names': ['-o', '--output', 'output'], 'metavar': 'FILE', 'help': 'Write to this file, in the form that its suffix says (.json, .md, .csv, .html, .xlsx, .docx, .pdf, .txt) or -f.', 'type': {'is': 'path'}},
            {'names': ['-f', '--format', 'form'], 'metavar': 'FORM', 'help': 'text, json, md, csv, html, xlsx, docx, pdf. Default: text on a terminal, json elsewhere.', 'type': {'is': 'choice', 'choices': ['text', 'json', 'md', 'csv', 'html', 'xlsx', 'docx', 'pdf']}},
        ],
    },
    'gaps': {
        'help': 'List the recommendations that no action of a PLAN answers.\n\n\x08\n  asat gaps stockton-2016 --at 2019-12-31',
        'short_help': 'List the recommendations that nothing answers.',
        'params': [
            {'names': ['plan'], 'argument': True},
            {'names': ['--at', 'at'], 'help': 'The point in time; `asat --help` says how to write it.', 'show_default': True, 'default': 'now', 'type': {'is': 'point'}},
            {'names': ['-o', '--output', 'output'], 'metavar': 'FILE', 'help': 'Write to this file, in the form that its suffix says (.json, .md, .csv, .html, .xlsx, .docx, .pdf, .txt) or -f.', 'type': {'is': 'path'}},
            {'names': ['-f', '--format', 'form'], 'metavar': 'FORM', 'help': 'text, json, md, csv, html, xlsx, docx, pdf. Default: text on a terminal, json elsewhere.', 'type': {'is': 'choice', 'choices': ['text', 'json', 'md', 'csv', 'html', 'xlsx', 'docx', 'pdf']}},
        ],
    },
    'measures': {
        'help': 'Show the measures of a PLAN, with their values over time.\n\n\x08\n  asat measures stockton-strategy --at 2019-12-31',
        'short_help': 'Show the measures, with their values over time.',
        'params': [
            {'names': ['plan'], 'argument': True},
            {'names': ['--at', 'at'], 'help': 'The point in time; `asat --help` says how to write it.', 'show_default': True, 'default': 'now', 'type': {'is': 'point'}},
            {'names': ['-o', '--output', 'output'], 'metavar': 'FILE', 'help': 'Write to this file, in the form that its suffix says (.json, .md, .csv, .html, .xlsx, .docx, .pdf, .txt) or -f.', 'type': {'is': 'path'}},
            {'names': ['-f', '--format', 'form'], 'metavar': 'FORM', 'help': 'text, json, md, csv, html, xlsx, docx, pdf. Default: text on a terminal, json elsewhere.', 'type': {'is': 'choice', 'choices': ['text', 'json', 'md', 'csv', 'html', 'xlsx', 'docx', 'pdf']}},
        ],
    },
    'assurance': {
        'help': 'Show the assurance given on each priority of a PLAN, and what was given before.\n\n\x08\n  asat assurance sunderland --at 2019-12-31',
        'short_help': 'Show the assurance given on each priority.',
        'params': [
            {'names': ['plan'], 'argument': True},
            {'names': ['--at', 'at'], 'help': 'The point in time; `asat --help` says how to write it.', 'show_default': True, 'default': 'now', 'type': {'is': 'point'}},
            {'names': ['-o', '--output', 'output'], 'metavar': 'FILE', 'help': 'Write to this file, in the form that its suffix says (.json, .md, .csv, .html, .xlsx, .docx, .pdf, .txt) or -f.', 'type': {'is': 'path'}},
            {'names': ['-f', '--format', 'form'], 'metavar': 'FORM', 'help': 'text, json, md, csv, html, xlsx, docx, pdf. Default: text on a terminal, json elsewhere.', 'type': {'is': 'choice', 'choices': ['text', 'json', 'md', 'csv', 'html', 'xlsx', 'docx', 'pdf']}},
        ],
    },
    'stale': {
        'help': 'List the progress texts of a PLAN that name a month gone by, or are older than its reporting cycle.\n\n\x08\n  asat stale stockton-ilacs --at 2019-12-31',
        'short_help': 'List the progress texts that time has overtaken.',
        'params': [
            {'names': ['plan'], 'argument': True},
            {'names': ['--at', 'at'], 'help': 'The point in time; `asat --help` says how to write it.', 'show_default': True, 'default': 'now', 'type': {'is': 'point'}},
            {'names': ['-o', '--output', 'output'], 'metavar': 'FILE', 'help': 'Write to this file, in the form that its suffix says (.json, .md, .csv, .html, .xlsx, .docx, .pdf, .txt) or -f.', 'type': {'is': 'path'}},
            {'names': ['-f', '--format', 'form'], 'metavar': 'FORM', 'help': 'text, json, md, csv, html, xlsx, docx, pdf. Default: text on a terminal, json elsewhere.', 'type': {'is': 'choice', 'choices': ['text', 'json', 'md', 'csv', 'html', 'xlsx', 'docx', 'pdf']}},
        ],
    },
    'audit': {
        'help': 'Read the counts that a published paper CLAIMS (a JSON file) against the record of a PLAN.\n\nLists every claim that the record does not bear out and every claim that contradicts another. Exits with 1 when\nthere are any.\n\n\x08\nThe file holds the two points the paper compares, and its figures:\n  {"previous": "issue:2.0", "current": "issue:3.0", "claims": [\n    {"where": "headline", "population": "due", "at": "current",\n     "rating": "completed", "count": 33},\n    {"where": "paragraph 4", "priority": "2", "population": "all",\n     "at": "previous", "count": 12}]}\n\n\x08\n  population  all, due, new, closed or withdrawn\n  at          previous or current\n  rating      the code of a rating; left out or null: any; "unrated": none\n  priority    its number; left out or null: the whole plan\n\n\x08\n  asat audit sunderland examples/sunderland-claims.json',
        'short_help': 'Read a published paper against the record.',
        'params': [
            {'names': ['plan'], 'argument': True},
            {'names': ['claims'], 'argument': True, 'type': {'is': 'path', 'exists': True, 'dir_okay': False}},
            {'names': ['-o', '--output', 'output'], 'metavar': 'FILE', 'help': 'Write to this file, in the form that its suffix says (.json, .md, .csv, .html, .xlsx, .docx, .pdf, .txt) or -f.', 'type': {'is': 'path'}},
            {'names': ['-f', '--format', 'form'], 'metavar': 'FORM', 'help': 'text, json, md, csv, html, xlsx, docx, pdf. Default: text on a terminal, json elsewhere.', 'type': {'is': 'choice', 'choices': ['text', 'json', 'md', 'csv', 'html', 'xlsx', 'docx', 'pdf']}},
        ],
    },
    'record': {
        'help': 'Record the events in FILE (JSON lines; - for standard input), all of them or none.\n\n\x08\nOne event a line, for instance:\n  {"type": "ActionClosed", "plan": "sunderland", "action": "1.1"}\n\n\x08\n  asat record events.jsonl\n  asat record events.jsonl --by "Clerk to the board" --expect 289\n\nPrints, per plan, the record numbers of the events. EVENTS.md lists every event and its fields. An event with an\nevent_id (a UUID) can be sent again without being stored twice: it is said to be already recorded. Where the\ndatabase does not answer, so that nobody knows whether the events are stored, they are printed, each with its\nevent_id: record them again as they are printed.',
        'short_help': 'Record the events in a file, all or none.',
        'params': [
            {'names': ['file'], 'argument': True, 'type': {'is': 'path', 'exists': True, 'dir_okay': False, 'allow_dash': True}},
            {'names': ['--by', 'by'], 'metavar': 'NAME', 'help': 'Who records (ASAT_BY), while the ledger is open. Default: the account.'},
            {'names': ['--expect', 'expect'], 'metavar': 'NUMBER', 'help': "Refuse unless this is the plan's newest record number.", 'type': {'is': 'integer', 'min': 0}},
            {'names': ['-f', '--format', 'form'], 'metavar': 'FORM', 'help': 'text, json: an object a plan, and one for what went wrong. Default: text.', 'default': 'text', 'type': {'is': 'choice', 'choices': ['text', 'json']}},
        ],
    },
    'replay': {
        'help': "Replay a PLAN's history event by event, the table of ratings changing as it goes.\n\nOff a terminal it prints a line of text an event; with -f json, a JSON object. The other forms are papers.\n\n\x08\n  asat replay sunderland --after 128\n  asat replay sunderland --step\n  asat replay sunderland --up-to 282 -o replay.docx",
        'short_help': "Replay a plan's history, event by event.",
        'params': [
            {'names': ['plan'], 'argument': True},
            {'names': ['--after', 'after'], 'metavar': 'NUMBER', 'help': 'Begin after this record number, such as the `next` of the page before.', 'default': 0, 'type': {'is': 'integer', 'min': 0, 'max': 1000000000000}},
            {'names': ['--limit', 'limit'], 'metavar': 'NUMBER', 'help': 'So many events at most.', 'type': {'is': 'integer', 'min': 1}},
            {'names': ['--up-to', 'up_to'], 'metavar': 'NUMBER', 'help': 'The replay as it was when this record number of the plan was the newest.', 'type': {'is': 'integer', 'min': 1, 'max': 1000000000000}},
            {'names': ['--pause', 'pause'], 'metavar': 'SECONDS', 'help': 'How long each event is shown on a terminal.', 'show_default': True, 'default': 0.15, 'type': {'is': 'float', 'min': 0, 'max': 60}},
            {'names': ['--step', 'step'], 'is_flag': True, 'help': 'On a terminal, go on when Return is pressed.'},
            {'names': ['-f', '--format', 'form'], 'metavar': 'FORM', 'help': 'text, json, md, csv, html, xlsx, docx, pdf. Default: text, a line an event; on a terminal a table. json without -o is a line an event too.', 'type': {'is': 'choice', 'choices': ['text', 'json', 'md', 'csv', 'html', 'xlsx', 'docx', 'pdf']}},
            {'names': ['-o', '--output', 'output'], 'metavar': 'FILE', 'help': 'Write to this file, in the form that its suffix says or -f.', 'type': {'is': 'path'}},
        ],
    },
    'check': {
        'help': "Check the whole ledger: no gap, no going back in time, every plan's events whole and in order.\n\nReads every event, those of who may do what too, compares the guards of the database with what this program made of\nthem, definition by definition, and the ledger with every checkpoint that was cut of it. Exits with 1 and names each\ninvariant that does not hold; a note says what is out of order and explained, or is not the ledger's fault. Whoever\ncan alter the whole database can alter the checkpoints in it too: only one that was kept elsewhere (--since) shows\nthat.",
        'short_help': 'Check the whole ledger, event by event.',
        'params': [
            {'names': ['--since', 'since'], 'metavar': 'FILE', 'help': 'A checkpoint or an evidence pack kept elsewhere: compare the ledger with it too.', 'type': {'is': 'path', 'exists': True, 'dir_okay': False}},
        ],
    },
    'redact': {
        'help': 'Destroy the texts in FIELDS of event VERSION, for every day and every answer. It cannot be undone.\n\nThat they stood there, and when, by whom and why they were destroyed, stays in the record, and every proof still\nholds. The database\'s files are written anew afterwards, as by `asat purge`, on the embedded server and where the\naddress of the owner is set; elsewhere run that. Backups are not (docs/safekeeping.md).\n\n\x08\n  asat redact sunderland 285 text --reason "It names a child"',
        'short_help': 'Destroy texts of an event for a legal reason.',
        'params': [
            {'names': ['plan'], 'argument': True},
            {'names': ['version'], 'argument': True, 'type': {'is': 'integer', 'min': 1}},
            {'names': ['fields'], 'argument': True, 'nargs': -1, 'required': True},
            {'names': ['--reason', 'reason'], 'required': True, 'metavar': 'TEXT', 'help': 'Why; it stays in the record, so name nobody.'},
            {'names': ['--by', 'by'], 'metavar': 'NAME', 'help': 'Who redacts (ASAT_BY), while the ledger is open. Default: the account.'},
        ],
    },
    'purge': {
        'help': 'Write the table of events anew and begin a new log, so that no file holds what was redacted.\n\nThe program does it by itself on the embedded server, after a redaction. On a server of your own run it as the owner\nof the ledger (ASAT_OWNER_URL or --owner-url). Nobody can ask or record for as long as it takes: a second for\n100,000 events. Where a backup or a long transaction is in its way it says so and is to be run again. Backups,\narchived logs and replicas have copies of their own: docs/safekeeping.md. Where the log is archived it waits some\nseconds until the old one is, as the server keeps it until then. Exits with 1 where something could not be done.',
        'short_help': "Have the database's files forget what was redacted.",
        'params': [
        ],
    },
    'migrate': {
        'help': "Make the ledger on a PostgreSQL server, or upgrade it to this program, and let LOGIN read it and append to it.\n\nIt connects as the owner (ASAT_OWNER_URL or --owner-url). The login that serves (ASAT_DATABASE_URL) is to be another\nrole that owns nothing: make it first, with `create role LOGIN login password '...'`. Run again it changes nothing,\nbut grants again what was lost. With one address for both, and on the embedded server, nobody needs it: whatever\nopens the ledger makes and upgrades it.\n\n\x08\n  export ASAT_DATABASE_URL=postgresql://asat_serve@db/asat\n  ASAT_OWNER_URL=postgresql://asat_owner@db/asat asat migrate\n  asat serve",
        'short_help': 'Make or upgrade the ledger, as its owner.',
        'params': [
            {'names': ['--grant-to', 'login'], 'metavar': 'LOGIN', 'help': 'The login that serves. Default: that of ASAT_DATABASE_URL.'},
        ],
    },
    'key': {
        'help': 'Make, show and replace the key that signs for this ledger.',
        'commands': {
            'create': {
                'help': 'Make a signing key in a new FILE, and print the public key to be published.\n\nThe name is what checkpoints bear from then on: best an address of the organisation without its scheme. Whoever can\nread the file can sign in that name: keep it where the database is not.\n\n\x08\n  asat key create --name council.example/asat -o asat.key',
                'short_help': 'Make a signing key.',
                'params': [
                    {'names': ['--name', 'name'], 'required': True, 'metavar': 'NAME', 'help': 'Names the ledger, such as council.example/asat.'},
                    {'names': ['-o', '--output', 'output'], 'required': True, 'metavar': 'FILE', 'help': 'The new file to keep the secret key in.', 'type': {'is': 'path'}},
                ],
            },
            'show': {
                'help': 'Show the public key of a key file or, without one, all that this ledger has had, the one that signs now last.',
                'short_help': 'Show the public key to be published.',
                'params': [
                    {'names': ['--key', 'key'], 'metavar': 'FILE', 'help': "File of the ledger's signing key (ASAT_KEY), which nobody but you may read.", 'type': {'is': 'path', 'exists': True, 'dir_okay': False}},
                ],
            },
            'rotate': {
                'help': 'Replace the signing key: a new one is made in FILE, and the old one signs that it takes over.\n\nWhoever knows the old public key is led to the new one by every evidence pack. Publish the new one too.\n\n\x08\n  asat key rotate --key asat.key -o asat-2.key',
                'short_help': 'Replace the signing key by a new one.',
                'params': [
                    {'names': ['--key', 'key'], 'metavar': 'FILE', 'help': "File of the ledger's signing key (ASAT_KEY), which nobody but you may read.", 'type': {'is': 'path', 'exists': True, 'dir_okay': False}},
                    {'names': ['-o', '--output', 'output'], 'required': True, 'metavar': 'FILE', 'help': 'The new file to keep the secret key in.', 'type': {'is': 'path'}},
                ],
            },
        },
    },
    'checkpoint': {
        'help': 'Sign what the ledger holds, and list, cosign and time-stamp what was signed.',
        'short_help': 'Sign what the ledger holds.',
        'commands': {
            'cut': {
                'help': "Cut a checkpoint: sign how many events the ledger holds and what they come to, keep it, and print it.\n\nGive it away: to an inspector, to a witness, to the minutes. Nobody can alter an event from before it without being\nfound out by whoever holds it. Where nothing was recorded since the last one, it is that one. `asat serve` cuts one\nevery hour; where it does not run, let the system's timer do this.\n\n\x08\n  asat checkpoint cut --key asat.key -o checkpoint.txt",
                'short_help': 'Sign what the ledger holds now.',
                'params': [
                    {'names': ['--key', 'key'], 'metavar': 'FILE', 'help': "File of the ledger's signing key (ASAT_KEY), which nobody but you may read.", 'type': {'is': 'path', 'exists': True, 'dir_okay': False}},
                    {'names': ['-o', '--output', 'output'], 'metavar': 'FILE', 'help': 'Write the checkpoint to this file.', 'type': {'is': 'path'}},
                ],
            },
            'list': {
                'help': 'List every checkpoint that this ledger has cut, oldest first, and who signed and stamped it.',
                'short_help': 'List the checkpoints that were cut.',
                'params': [
                ],
            },
            'cosign': {
                'help': "Keep a witness's signature of a checkpoint: FILE is the checkpoint as the witness signed it.\n\n\x08\n  asat checkpoint cosign signed.txt --witness KEY",
                'short_help': "Add a witness's signature to a checkpoint.",
                'params': [
                    {'names': ['file'], 'argument': True, 'type': {'is': 'path', 'exists': True, 'dir_okay': False}},
                    {'names': ['--witness', 'witness'], 'required': True, 'metavar': 'KEY', 'help': 'The public key of that witness.'},
                    {'names': ['-o', '--output', 'output'], 'metavar': 'FILE', 'help': 'Write the checkpoint to this file.', 'type': {'is': 'path'}},
                ],
            },
            'stamp': {
                'help': 'Have a time-stamping authority (RFC 3161) sign that the newest checkpoint was there now, and keep its answer.\n\nThe authority is sent a digest and learns nothing else. An evidence pack brings the newest checkpoint that was\nstamped: it shows that no event up to there was made up later. Whoever verifies needs the same root certificate.\n\n\x08\n  asat checkpoint stamp --tsa https://freetsa.org/tsr --tsa-root freetsa.pem',
                'short_help': 'Have a time-stamping authority stamp the newest checkpoint.',
                'params': [
                    {'names': ['--tsa', 'tsa'], 'required': True, 'metavar': 'URL', 'help': 'The address of a time-stamping authority (RFC 3161).'},
                    {'names': ['--tsa-root', 'tsa_root'], 'required': True, 'metavar': 'FILE', 'help': 'The certificate that the authority must be under, from the authority itself (PEM).', 'type': {'is': 'path', 'exists': True, 'dir_okay': False}},
                ],
            },
        },
    },
    'pack': {
        'help': "Make an evidence pack of a PLAN: all of its events, with the proof that they are what the ledger holds.\n\nAn inspector verifies it without network and without AsAt; the page in it says how, and what it does not show. It\nalways holds all of the plan's events; --at says which point its papers show. A checkpoint is cut for it where the\nledger has grown since the last.\n\n\x08\n  asat pack sunderland --key asat.key -o pack.zip\n  asat pack sunderland --previous issue:2.0 --at issue:3.0 -o pack.zip\n  asat pack sunderland --papers plan.json,paper.docx -o pack.zip\n  asat pack sunderland --since last-year.zip -o pack.zip",
        'short_help': 'Make an evidence pack of a plan.',
        'params': [
            {'names': ['plan'], 'argument': True},
            {'names': ['--key', 'key'], 'metavar': 'FILE', 'help': "File of the ledger's signing key (ASAT_KEY), which nobody but you may read.", 'type': {'is': 'path', 'exists': True, 'dir_okay': False}},
            {'names': ['--at', 'at'], 'help': 'The point at which the papers show the plan.', 'show_default': True, 'default': 'now', 'type': {'is': 'point'}},
            {'names': ['--previous', 'previous'], 'metavar': 'POINT', 'help': 'The point that they compare it with. Default: the document version before it.', 'type': {'is': 'point'}},
            {'names': ['--papers', 'papers'], 'multiple': True, 'metavar': 'NAME.FORM,...', 'help': 'Which papers go with it (plan, comparison, paper, changes, history, ratings, overdue, gaps, measures, assurance, stale). Default: plan.json,plan.md,comparison.json,comparison.md.'},
            {'names': ['--no-papers', 'no_papers'], 'is_flag': True, 'help': 'The events and their proofs alone.'},
            {'names': ['--since', 'since'], 'metavar': 'FILE|SIZE', 'help': 'A checkpoint or pack that the reader holds, or its size: the new one continues it.', 'type': {'is': 'since'}},
            {'names': ['-o', '--output', 'output'], 'required': True, 'metavar': 'FILE', 'help': 'Write the pack to this file, pack.zip.', 'type': {'is': 'path'}},
        ],
    },
    'verify': {
        'help': "Verify an evidence PACK, offline and without any ledger; the program is the verify.py that AsAt puts into packs.\n\nPrints what holds and what that does not show. Exits with 1 and names the first thing that does not hold; with 3\nwhere the PACK brings no proof from the checkpoint that is given with --since; with 4 where its papers are of\nanother edition of AsAt's rules than this program's, so that all was checked but their figures.\n\n\x08\n  asat verify pack.zip --key KEY --since last-year.zip",
        'short_help': 'Verify an evidence pack.',
        'params': [
            {'names': ['file'], 'argument': True, 'metavar': 'PACK', 'type': {'is': 'file', 'exists': True, 'dir_okay': False}},
            {'names': ['--key', 'key'], 'metavar': 'KEY', 'help': "The ledger's public key, as you know it from elsewhere."},
            {'names': ['--since', 'since'], 'metavar': 'FILE', 'help': 'A checkpoint or a pack of the same ledger that you have kept from before.', 'type': {'is': 'file', 'exists': True, 'dir_okay': False}},
            {'names': ['--witness', 'witnesses'], 'multiple': True, 'metavar': 'KEY', 'help': 'The public key of a witness you trust.'},
            {'names': ['--tsa-root', 'tsa_root'], 'metavar': 'FILE', 'help': 'The root certificate of a time-stamping authority you trust (PEM).', 'type': {'is': 'file', 'exists': True, 'dir_okay': False}},
            {'names': ['--list', 'listed'], 'is_flag': True, 'help': 'Print every event first.'},
        ],
    },
    'backup': {
        'help': 'Back up the whole ledger, while recording goes on.\n\nWith -o, to one file, as it is at this moment; it can be restored into any PostgreSQL. With --continuous, the\nembedded server copies all that it writes to FOLDER, within a minute, from now on; do it again every week, so that\nrestoring stays quick. Either holds everything, also who may sign in: keep it as you keep the ledger.\n\n\x08\n  asat backup -o /media/backup/2026-11-20.asat\n  asat backup --continuous /media/backup/asat',
        'short_help': 'Back up the whole ledger.',
        'params': [
            {'names': ['-o', '--output', 'output'], 'metavar': 'FILE', 'help': 'Write the backup to this new file, such as 2026-11-20.asat.', 'type': {'is': 'path'}},
            {'names': ['--continuous', 'continuous'], 'metavar': 'FOLDER', 'help': 'From now on copy all that is written to this folder: any moment can be restored.', 'type': {'is': 'path', 'file_okay': False}},
        ],
    },
    'restore': {
        'help': 'Restore a BACKUP into a ledger that holds nothing yet, and prove what was restored.\n\nBACKUP is a file of `asat backup -o`, or the folder of `asat backup --continuous`, of which --to takes any moment.\nA ledger that holds anything is never replaced. Afterwards everything is checked, as `asat check` does, and compared\nwith what the backup and every checkpoint in it say; only what you hold yourself (--since, a checkpoint or evidence\npack) says anything against somebody who could alter the backup. Exits with 1 where something does not hold.\n\nWhat was ended after the backup counts again: tokens, roles, passwords, and texts that were redacted. All sessions\nand unused links are ended; the rest is for you to end again (docs/safekeeping.md).\n\n\x08\n  asat restore 2026-11-20.asat --into ./restored --since checkpoint.txt\n  asat restore /media/backup/asat --to 2026-11-20T09:00:00Z --into ./restored',
        'short_help': 'Restore a backup, and prove what was restored.',
        'params': [
            {'names': ['source'], 'argument': True, 'metavar': 'BACKUP', 'type': {'is': 'path', 'exists': True}},
            {'names': ['--to', 'to'], 'metavar': 'INSTANT', 'help': 'Restore what was recorded by this instant, from a folder of backup --continuous.', 'type': {'is': 'instant'}},
            {'names': ['--into', 'into'], 'metavar': 'DATA', 'help': 'Data folder to restore into; otherwise the ledger that is set.', 'type': {'is': 'path', 'file_okay': False}},
            {'names': ['--since', 'since'], 'metavar': 'FILE', 'help': 'A checkpoint or evidence pack that you hold: what is restored is compared with it.', 'type': {'is': 'path', 'exists': True, 'dir_okay': False}},
        ],
    },
    'principal': {
        'help': 'Say who may do what: people by name, and what they are granted.\n\n\x08\n  reader    reads plans and takes away papers and evidence packs\n  recorder  also reports progress and measures, files evidence, rates\n  keeper    also changes plans, issues document versions, withdraws errors\n  steward   reads, decides who may do what, destroys texts, keeps the keys\n\nWhile nobody was ever added, the ledger is open: everybody on this machine may do everything, under any name. The\nname `anyone` stands for whoever is not signed in, and can be granted the role reader.',
        'short_help': 'Say who may do what.',
        'commands': {
            'add': {
                'help': 'Make NAME known, with a role for the plans named or, without --plan, for all plans.\n\n\x08\n  asat principal add "Ann Clerk" --role keeper --role steward\n  asat principal add "J. Smith, Ofsted" --role reader --plan sunderland --until 2027-03-31\n  asat principal add anyone --role reader --plan sunderland',
                'short_help': 'Make somebody known, with what they may do.',
                'params': [
                    {'names': ['name'], 'argument': True},
                    {'names': ['--role', 'roles'], 'multiple': True, 'required': True, 'metavar': 'ROLE', 'help': 'One of reader, recorder, keeper, steward; may be given several times.', 'type': {'is': 'choice', 'choices': ['reader', 'recorder', 'keeper', 'steward']}},
                    {'names': ['--plan', 'plans'], 'multiple': True, 'metavar': 'PLAN', 'help': 'Only for this plan; may be given several times.'},
                    {'names': ['--until', 'until'], 'metavar': 'DATE', 'help': 'The last day on which it is valid, such as 2027-03-31.', 'type': {'is': 'date'}},
                    {'names': ['--password-stdin', 'password_stdin'], 'is_flag': True, 'help': 'Also give them the password on the first line of standard input.'},
                ],
            },
            'list': {
                'help': 'List everybody that was ever added, what they are granted, and which accounts sign them in.',
                'short_help': 'List everybody, and what they may do.',
                'params': [
                    {'names': ['-f', '--format', 'form'], 'metavar': 'FORM', 'help': 'text or json. Default: text on a terminal, json elsewhere.', 'type': {'is': 'choice', 'choices': ['text', 'json']}},
                ],
            },
            'grant': {
                'help': 'Grant NAME a role, for one plan or for all; it takes the place of the same role for the same plan.',
                'short_help': 'Grant a role.',
                'params': [
                    {'names': ['name'], 'argument': True},
                    {'names': ['--role', 'role'], 'required': True, 'metavar': 'ROLE', 'help': 'One of reader, recorder, keeper, steward.', 'type': {'is': 'choice', 'choices': ['reader', 'recorder', 'keeper', 'steward']}},
                    {'names': ['--plan', 'plan'], 'metavar': 'PLAN', 'help': 'Only for this plan.'},
                    {'names': ['--until', 'until'], 'metavar': 'DATE', 'help': 'The last day on which it is valid, such as 2027-03-31.', 'type': {'is': 'date'}},
                ],
            },
            'end': {
                'help': 'End a role of NAME as it was granted. It counts at once, also for whoever is signed in.',
                'short_help': 'End a role.',
                'params': [
                    {'names': ['name'], 'argument': True},
                    {'names': ['--role', 'role'], 'required': True, 'metavar': 'ROLE', 'help': 'One of reader, recorder, keeper, steward.', 'type': {'is': 'choice', 'choices': ['reader', 'recorder', 'keeper', 'steward']}},
                    {'names': ['--plan', 'plan'], 'metavar': 'PLAN', 'help': 'The plan for which it was granted; without, for all plans.'},
                ],
            },
            'leave': {
                'help': 'Say that NAME has left: they may nothing more, from now on and for good. What they recorded keeps their name.',
                'short_help': 'Somebody has left: they may nothing more.',
                'params': [
                    {'names': ['name'], 'argument': True},
                ],
            },
            'password': {
                'help': "Give NAME a password; the one before it is destroyed, and whoever is signed in as NAME must sign in again.\n\nIt lifts the lock where too many wrong ones were tried. Better than to know somebody's password is to give them a\nlink (`asat principal link-once`): whoever comes in by one sets a password of their own, on the page /password.",
                'short_help': 'Give somebody a password.',
                'params': [
                    {'names': ['name'], 'argument': True},
                    {'names': ['--password-stdin', 'password_stdin'], 'is_flag': True, 'help': 'Take it from the first line of standard input, without asking.'},
                ],
            },
            'link': {
                'help': 'Let whom the OpenID Connect ISSUER knows as SUBJECT sign in as NAME.\n\nWhoever tries to sign in so without being linked is shown both, to be sent to a steward.\n\n\x08\n  asat principal link "Ann Clerk" https://login.microsoftonline.com/TENANT/v2.0 AAAAAA-subject',
                'short_help': "Let somebody sign in through the council's own directory.",
                'params': [
                    {'names': ['name'], 'argument': True},
                    {'names': ['issuer'], 'argument': True},
                    {'names': ['subject'], 'argument': True},
                ],
            },
            'unlink': {
                'help': 'Let whom the OpenID Connect ISSUER knows as SUBJECT no longer sign in as NAME.\n\nWhoever is signed in by it is signed out. `asat principal list` shows what is linked.',
                'short_help': "Let somebody no longer sign in through the council's own directory.",
                'params': [
                    {'names': ['name'], 'argument': True},
                    {'names': ['issuer'], 'argument': True},
                    {'names': ['subject'], 'argument': True},
                ],
            },
            'link-once': {
                'help': 'Make a link by which NAME signs in once, and print it: it is kept nowhere, and cannot be shown again.\n\nIt is a whole address where ASAT_URL says under which one people reach this ledger; otherwise what comes after that.\nA password set for NAME in the meantime makes it useless. Once used, NAME can set a password of their own on the\npage /password, also in place of a forgotten one, and the lock after too many wrong ones is lifted.',
                'short_help': 'Make a link by which somebody signs in once.',
                'params': [
                    {'names': ['name'], 'argument': True},
                    {'names': ['--minutes', 'minutes'], 'metavar': 'NUMBER', 'help': 'For how long it can be used; a week at most.', 'show_default': True, 'default': 60, 'type': {'is': 'integer', 'min': 1, 'max': 10080}},
                ],
            },
        },
    },
    'token': {
        'help': 'Make and revoke tokens, by which programs are known and record under a name of their own.\n\nA command is run by a token that stands in the environment variable ASAT_TOKEN or, better, in a file that nobody but\nits owner can read, named by ASAT_TOKEN_FILE. Over HTTP it is sent as `Authorization: Bearer asat_...`.\n\nA token is not given the role steward, and confirms no rating: that takes a person, who signs in with a browser.',
        'short_help': 'Make and revoke tokens, for programs.',
        'commands': {
            'create': {
                'help': 'Make a token under NAME, and print it: it is kept nowhere, and cannot be shown again.\n\n\x08\n  (umask 077; asat token create "Case system" --role recorder --plan sunderland > case-system.token)',
                'short_help': 'Make a token; it is shown once.',
                'params': [
                    {'names': ['name'], 'argument': True},
                    {'names': ['--role', 'role'], 'required': True, 'metavar': 'ROLE', 'help': 'One of reader, recorder, keeper.', 'type': {'is': 'choice', 'choices': ['reader', 'recorder', 'keeper']}},
                    {'names': ['--plan', 'plan'], 'metavar': 'PLAN', 'help': 'Only for this plan.'},
                    {'names': ['--until', 'until'], 'metavar': 'DATE', 'help': 'The last day on which it is valid, such as 2027-03-31.', 'type': {'is': 'date'}},
                ],
            },
            'list': {
                'help': 'List every token that was ever made, without what is secret.',
                'short_help': 'List all tokens.',
                'params': [
                    {'names': ['-f', '--format', 'form'], 'metavar': 'FORM', 'help': 'text or json. Default: text on a terminal, json elsewhere.', 'type': {'is': 'choice', 'choices': ['text', 'json']}},
                ],
            },
            'revoke': {
                'help': 'Revoke a token by its NAME_OR_ID: from now on it opens nothing. Its name is not given again.',
                'short_help': 'Revoke a token.',
                'params': [
                    {'names': ['name_or_id'], 'argument': True},
                ],
            },
        },
    },
    'access': {
        'help': 'Show what is recorded of access.',
        'commands': {
            'log': {
                'help': 'Show the audit of access, oldest first: who was granted what, who came in, who was refused, what was taken away.\n\n\x08\n  asat access log --after 200',
                'short_help': 'Show the audit of access.',
                'params': [
                    {'names': ['--after', 'after'], 'metavar': 'NUMBER', 'help': 'Begin after this entry.', 'default': 0, 'type': {'is': 'integer', 'min': 0}},
                    {'names': ['--limit', 'limit'], 'metavar': 'NUMBER', 'help': 'So many entries at most.', 'type': {'is': 'integer', 'min': 1}},
                    {'names': ['-f', '--format', 'form'], 'metavar': 'FORM', 'help': 'text or json. Default: text on a terminal, json elsewhere.', 'type': {'is': 'choice', 'choices': ['text', 'json']}},
                ],
            },
        },
    },
}
