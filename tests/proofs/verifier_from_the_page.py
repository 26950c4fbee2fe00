# mypy: ignore-errors
"""A verifier of evidence packs by somebody who had docs/proof-format.md alone, kept as they wrote it but for its layout.

It works out no figures and no rules of the scale.
"""

import base64, hashlib, json, re, struct, sys, zlib, datetime, uuid, unicodedata
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Bad(Exception):
    pass


def need(c, why):
    if not c:
        raise Bad(why)


def sha(b):
    return hashlib.sha256(b).digest()


def b64(t):
    need(isinstance(t, str), "base64 not text")
    try:
        v = base64.b64decode(t.encode("ascii"), validate=True)
    except Exception:
        raise Bad("base64")
    need(base64.b64encode(v).decode() == t, "base64 not canonical")
    return v


def utf8(b, what):
    try:
        return b.decode("utf-8")
    except UnicodeDecodeError:
        raise Bad(what + " not utf-8")


def loads(b, what):
    t = utf8(b, what) if isinstance(b, bytes) else b
    need(not t.startswith("\ufeff"), "BOM")

    def pairs(p):
        need(len({k for k, _ in p}) == len(p), what + ": name twice")
        return dict(p)

    def const(c):
        raise Bad(what + ": " + c)

    def flt(s):
        f = float(s)
        need(f not in (float("inf"), float("-inf")), "float too big")
        return f

    def integer(s):
        need(len(s.lstrip("-")) <= 4300, "digits")
        return int(s)

    try:
        v = json.loads(t, object_pairs_hook=pairs, parse_constant=const, parse_float=flt, parse_int=integer)
    except (ValueError, RecursionError) as e:
        raise Bad(f"{what}: json {e}")

    def sur(x):
        stack = [x]
        while stack:
            x = stack.pop()
            if isinstance(x, str):
                need(not any(0xD800 <= ord(c) < 0xE000 for c in x), "surrogate")
            elif isinstance(x, list):
                stack += x
            elif isinstance(x, dict):
                stack += list(x.keys()) + list(x.values())

    sur(v)
    return v


def whole(x):
    return type(x) is int


def canon(v):
    if isinstance(v, str):
        o = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
        return '"' + "".join(o.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in v) + '"'
    if isinstance(v, list):
        return "[" + ",".join(map(canon, v)) + "]"
    if isinstance(v, dict):
        return "{" + ",".join(canon(k) + ":" + canon(v[k]) for k in sorted(v)) + "}"
    raise Bad(
        "canonical: numbers etc. are not said"
    )  # page: VALUE any JSON value; but only strings/lists/objects of strings


# --- zip
def name_ok(n):
    m = re.fullmatch(r"(?:([a-z0-9-]{1,80})/)?([A-Za-z0-9.-]{1,80})", n, re.A)
    if not m:
        return False
    for p in n.split("/"):
        if p in (".", "..") or p.endswith("."):
            return False
        if re.fullmatch(r"con|prn|aux|nul|com[0-9]|lpt[0-9]", p.split(".")[0].lower()):
            return False
    return True


def unpack(d):
    need(len(d) <= 256 << 20, "too big")
    files = []
    i = 0
    while d[i : i + 4] == b"PK\3\4":
        need(len(d) >= i + 30, "short")
        crc, s1, s2, nl, xl = struct.unpack("<IIIHH", d[i + 14 : i + 30])
        n = d[i + 30 : i + 30 + nl]
        body = d[i + 30 + nl : i + 30 + nl + s1]
        need(len(body) == s1, "short")
        i += 30 + nl + s1
        try:
            n = n.decode("ascii")
        except UnicodeDecodeError:
            raise Bad("name")
        files.append((n, body))
        need(len(files) <= 64, "files")
    out = b""
    cd = b""
    for n, b in files:
        h = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 33, zlib.crc32(b), len(b), len(b), len(n), 0)
        cd += (
            b"PK\1\2"
            + struct.pack("<H", 788)
            + h[:-2]
            + struct.pack("<HHHHII", 0, 0, 0, 0, 0x81A40000, len(out))
            + n.encode()
        )
        out += b"PK\3\4" + h + n.encode() + b
    need(
        out + cd + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(cd), len(out), 0) == d,
        "other form of zip",
    )
    names = [n for n, _ in files]
    for n in names:
        need(name_ok(n), "name " + n)
    low = [n.lower() for n in names]
    need(len(set(low)) == len(low), "same names")
    for n in low:
        if "/" in n:
            need(n.split("/")[0] not in low, "folder is a file")
    return dict(files)


def pack(files):
    out = b""
    cd = b""
    for n, b in files.items():
        n = n.encode() if isinstance(n, str) else n
        h = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 33, zlib.crc32(b), len(b), len(b), len(n), 0)
        cd += b"PK\1\2" + struct.pack("<H", 788) + h[:-2] + struct.pack("<HHHHII", 0, 0, 0, 0, 0x81A40000, len(out)) + n
        out += b"PK\3\4" + h + n + b
    return out + cd + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(cd), len(out), 0)


# --- notes
class Key:
    def __init__(s, t):
        p = t.split("+", 2)
        need(len(p) == 3, "key")
        s.text = t
        s.name, s.id, raw = p[0], p[1], b64(p[2])
        need(len(raw) == 33 and raw[0] in (1, 4), "kind")
        need(s.name and not any(c in "+" or c.isspace() or c < " " for c in s.name), "name")
        need(sha(s.name.encode() + b"\n" + raw)[:4].hex() == s.id, "id")
        s.kind = raw[0]
        s.pub = Ed25519PublicKey.from_public_bytes(raw[1:])

    def ok(s, sig, msg):
        try:
            s.pub.verify(sig, msg)
            return True
        except Exception:
            return False


def split_note(t):
    need(not any(c < " " and c != "\n" for c in t), "control in note")
    i = t.rfind("\n\n")
    need(i >= 0, "no empty line")
    text, sigs = t[: i + 1], t[i + 2 :]
    need(sigs.endswith("\n"), "last line")
    ls = sigs[:-1].split("\n")
    need(1 <= len(ls) <= 100, "signatures")
    out = []
    for l in ls:
        m = re.fullmatch("\u2014 (\\S+) (\\S+)", l)
        need(m, "sig line")
        raw = b64(m[2])
        need(len(raw) > 4, "sig short")
        out.append((m[1], raw[:4].hex(), raw[4:]))
    return text, out


def note(t, keys, what):
    text, sigs = split_note(t)
    by = set()
    for n, i, s in sigs:
        for k in keys:
            if (k.name, k.id) == (n, i):
                need(k.ok(s, text.encode()), what + ": signature")
                by.add(k.text)
    need(by, what + ": not signed")
    return text, by


def num(s, zero=False):
    need(re.fullmatch(r"0|[1-9][0-9]{0,18}" if zero else r"[1-9][0-9]{0,18}", s, re.A), "number " + s[:30])
    return int(s)


def day(s):
    need(isinstance(s, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", s, re.A), f"day {s!r:.40}")
    try:
        datetime.date.fromisoformat(s)
    except ValueError:
        raise Bad("day")
    return s


def instant(s):
    need(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", s, re.A), "instant")
    try:
        datetime.datetime.strptime(s, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        raise Bad("instant")
    need(s[17:19] < "60", "second 60")


def cp(b, keys, what):
    text, by = note(utf8(b, what), keys, what)
    ls = text.split("\n")
    need(len(ls) >= 4, what + " lines")
    k = next(k for k in keys if k.text in by)
    need(ls[0] == k.name, what + " origin")
    root = b64(ls[2])
    need(len(root) == 32, "root")
    return ls[0], num(ls[1], True), root, text


def inclusion(leaf, idx, size, proof, root):
    need(0 <= idx < size, "index")
    fn, sn, r = idx, size - 1, leaf
    for p in proof:
        need(sn, "proof long")
        if fn & 1 or fn == sn:
            r = sha(b"\1" + p + r)
            if not fn & 1:
                while fn and not fn & 1:
                    fn >>= 1
                    sn >>= 1
        else:
            r = sha(b"\1" + r + p)
        fn >>= 1
        sn >>= 1
    need(sn == 0 and r == root, "inclusion")


def consistency(a, ra, b, rb, proof):
    need(a <= b, "earlier is larger")
    if a == b:
        need(not proof and ra == rb, "same size")
        return
    if a == 0:
        need(not proof and ra == sha(b""), "size 0")
        return
    need(proof, "empty")
    if a & (a - 1) == 0:
        proof = [ra] + proof
    fn, sn = a - 1, b - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    fr = sr = proof[0]
    for c in proof[1:]:
        need(sn, "long")
        if fn & 1 or fn == sn:
            fr = sha(b"\1" + c + fr)
            sr = sha(b"\1" + c + sr)
            if not fn & 1:
                while fn and not fn & 1:
                    fn >>= 1
                    sn >>= 1
        else:
            sr = sha(b"\1" + sr + c)
        fn >>= 1
        sn >>= 1
    need(sn == 0 and fr == ra and sr == rb, "consistency")


def hashes(b, what):
    v = loads(b, what) if isinstance(b, bytes) else b
    need(isinstance(v, list), what)
    o = [b64(x) for x in v]
    need(all(len(x) == 32 for x in o), what + " 32")
    return o


def iso(us):
    try:
        return (datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=us)).isoformat(
            timespec="microseconds"
        ) + "Z"
    except OverflowError:
        raise Bad("instant range")


def parse_entry(e):
    need(e.startswith(b"asat/entry/1\n"), "entry")
    i = 13

    def take(n):
        nonlocal i
        need(0 <= n <= len(e) - i, "entry short")
        i += n
        return e[i - n : i]

    def n():
        return struct.unpack(">q", take(8))[0]

    pos, ver, at = n(), n(), n()
    eid = take(16)
    t = [utf8(take(n()), "entry text") for _ in range(4)]
    need(i == len(e), "entry long")
    return pos, ver, at, eid, *t


def author(a):
    a = unicodedata.normalize("NFKC", a)
    a = unicodedata.normalize("NFKC", a.casefold())
    a = "".join(c for c in a if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    return " ".join(a.split())


ON_ACTION = {
    "ActionReworded",
    "ActionRenumbered",
    "ActionRescheduled",
    "ActionReassigned",
    "ActionRated",
    "RatingConfirmed",
    "ProgressReported",
    "EvidenceAdded",
    "ActionClosed",
    "ActionWithdrawn",
    "ActionReinstated",
}


def verify(data, key=None):
    f = unpack(data)
    for n in ("keys.json", "checkpoint.txt", "statement.txt", "events.jsonl"):
        need(n in f, "no " + n)
    kj = loads(f["keys.json"], "keys.json")
    need(isinstance(kj, list) and 1 <= len(kj) <= 1000 and all(isinstance(x, str) for x in kj), "keys.json")
    keys = []
    for i, t in enumerate(kj, 1):
        text, _ = split_note(t)
        ls = text.split("\n")
        need(len(ls) == 5, "key note")
        k = Key(ls[2])
        need(k.kind == 1, "kind")
        need(
            ls[0] == f"AsAt signing key {i}"
            and ls[1] == k.name
            and ls[3] == "after " + (keys[-1].text if keys else "none"),
            "key note text",
        )
        need(not keys or keys[0].name == k.name, "names")
        _, by = note(t, [k] + keys[-1:], "key")
        need(k.text in by and (not keys or keys[-1].text in by), "key not signed")
        keys.append(k)
    believed = keys
    if key:
        need(key in [k.text for k in keys], "key not in list")
        believed = keys[[k.text for k in keys].index(key) :]
    origin, size, root, _ = cp(f["checkpoint.txt"], believed, "checkpoint")
    st, _ = note(utf8(f["statement.txt"], "statement"), believed, "statement")
    ls = st[:-1].split("\n")
    it = iter(ls)
    cur = next(it, None)

    def take(prefix, opt=False):
        nonlocal cur
        if cur is None or not cur.startswith(prefix):
            need(opt, "statement: no " + prefix)
            return None
        v = cur[len(prefix) :]
        cur = next(it, None)
        return v

    need(take("AsAt evidence pack 1") == "", "statement 1")
    need(take(origin) == "", "origin")
    plan = take("plan ")
    ver = num(take("version "))
    pos = num(take("position "))
    need(num(take("size ")) == size, "size")
    need(b64(take("root ")) == root, "root")
    s = take("signed ", True)
    s is None or instant(s)
    at = take("at ", True)
    ed = take("edition ", True)
    edn = num(ed) if ed else 1
    if at:
        need(at.count("@") == 1, "at")
        d, v = at.split("@")
        day(d)
        at = (d, num(v))
        need(at[1] <= ver, "at version")
    named = {}
    while cur is not None:
        m = re.fullmatch("file ([0-9a-f]{64}) (.+)", cur)
        need(m and m[2] not in named, "file line")
        named[m[2]] = m[1]
        cur = next(it, None)
    others = set(f) - {"keys.json", "checkpoint.txt", "statement.txt", "events.jsonl"}
    need(set(named) == others, f"files {set(named) ^ others}")
    for n, h in named.items():
        need(sha(f[n]).hex() == h, "digest " + n)
    t = utf8(f["events.jsonl"], "events")
    need(t.endswith("\n"), "events end")
    lines = t[:-1].split("\n")
    need(len(lines) == ver, "how many events")
    evs = []
    redact = {}
    gone = []
    have = set()
    act = {}
    withdrawn = set()
    for i, l in enumerate(lines, 1):
        o = loads(l, "line")
        need(isinstance(o, dict) and list(o) == ["entry", "texts", "proof"], "line names")
        e = b64(o["entry"])
        p, v, us, eid, pl, au, kind, js = parse_entry(e)
        need(p >= 1, "position")
        inclusion(sha(b"\0" + e), p - 1, size, hashes(o["proof"], "proof"), root)
        need(pl == plan and v == i, "plan/version")
        need(not evs or (p > evs[-1][0] and us >= evs[-1][1]), "order")
        known = iso(us)
        ev = loads(js, "event")
        need(isinstance(ev, dict) and "effective_on" in ev, "event")
        day(ev["effective_on"])
        tx = o["texts"]
        need(isinstance(tx, dict), "texts")
        full = dict(ev)
        for k, x in ev.items():
            if isinstance(x, dict) and set(x) == {"sha256"}:
                need(isinstance(x["sha256"], str) and re.fullmatch("[0-9a-f]{64}", x["sha256"]), "digest form")
                if k in tx:
                    need(isinstance(tx[k], list) and len(tx[k]) == 2, "text")
                    salt = b64(tx[k][0])
                    need(len(salt) == 16, "salt")
                    need(sha(salt + canon(tx[k][1]).encode()).hex() == x["sha256"], "text digest")
                    full[k] = tx[k][1]
                else:
                    gone.append((i, k))
                    full[k] = None
        for k in tx:
            need(isinstance(ev.get(k), dict) and set(ev[k]) == {"sha256"}, "text of nothing")
        if kind == "TextRedacted":
            need(
                whole(ev.get("version"))
                and ev["version"] >= 1
                and isinstance(ev.get("fields"), list)
                and all(isinstance(x, str) for x in ev["fields"]),
                "TextRedacted",
            )
            need(ev["version"] < i, "redacts later")
            for x in ev["fields"]:
                redact[ev["version"], x] = i
        if kind == "EventWithdrawn":
            need(whole(full.get("version")) and 1 <= full["version"] < i, "withdraws")
            withdrawn.add(full["version"])
        nums = {n for vv, n in act.items() if vv not in withdrawn}
        if kind in ON_ACTION:
            need(full.get("action") in nums, f"version {i}: action {full.get('action')}")
        if kind == "ActionAdded" and full.get("parent") is not None:
            need(full["parent"] in nums, "parent")
        if kind in ("ActionAdded", "ActionRenumbered"):
            act[i] = full.get("number")
        if kind == "RatingConfirmed":
            w = full.get("version")
            need(whole(w) and 1 <= w < i and evs[w - 1][3] == "ActionRated", "confirms")
            need(author(evs[w - 1][4]) != author(au), "same author")
        evs.append((p, us, full, kind, au, tx))
    need(evs[-1][0] == pos, "position of statement")
    for g in gone:
        need(g in redact, f"gone {g}")
    for vv, x in redact:
        need(x not in evs[vv - 1][5], "text redacted is there")
    for pre in [""] + [x[8:-4] for x in f if re.fullmatch(r"stamped-\d+\.txt", x)]:
        for a, b in (("since", "since-proof") if not pre else (), ("stamped" + pre, "stamped" + pre + "-proof")):
            pass
    if "since.txt" in f:
        _, s0, r0, _ = cp(f["since.txt"], keys, "since")
        consistency(s0, r0, size, root, hashes(f["since-proof.json"], "since-proof"))
    # papers: points
    for n, b in f.items():
        if not (n.startswith("papers/") and n.endswith(".json")):
            continue
        need(at, "papers without at")
        pj = loads(b, n)
        need(isinstance(pj, dict), n)
        if "plan" in pj:
            need(pj["plan"] == plan, n + " plan")
        if ed:
            need(whole(pj.get("edition")) and pj["edition"] == edn, n + " edition")

        def point(q):
            need(isinstance(q, dict) and set(q) == {"effective_on", "basis", "known_at", "asked"}, n + " point")
            day(q["effective_on"])
            need(whole(q["basis"]) and 1 <= q["basis"] <= ver, n + " basis")
            need(q["known_at"] == iso(evs[q["basis"] - 1][1]), n + " known_at")
            need(isinstance(q["asked"], str), "asked")
            return q["effective_on"], q["basis"]

        two = n[7:] in ("comparison.json", "changes.json", "paper.json") or (
            n[7:]
            not in "plan ratings overdue history gaps measures assurance stale".replace(" ", ".json ").split()
            + ["stale.json"]
            and "previous" in pj
        )
        if two:
            need("point" not in pj, n)
            point(pj.get("previous"))
            need(point(pj.get("current")) == at, n + " current")
        else:
            need("previous" not in pj and "current" not in pj, n)
            need(point(pj.get("point")) == at, n + " at")
        if n == "papers/paper.json":
            for part in ("overdue", "history", "over_time"):
                need(pj[part]["point"] == pj["current"], part)
            need(
                pj["comparison"]["previous"] == pj["previous"] and pj["comparison"]["current"] == pj["current"],
                "comparison",
            )
    return f"holds: {plan} {ver} of {size}, gone {gone}"


if __name__ == "__main__":
    for a in sys.argv[1:]:
        try:
            print(a, verify(open(a, "rb").read()))
        except Bad as e:
            print(a, "DOES NOT HOLD", e)
