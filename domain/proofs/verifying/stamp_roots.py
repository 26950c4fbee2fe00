"""The root certificates that a reader trusts, and whether they vouch for the signer of a time stamp.

The library's names for a certificate that it does not understand are many, and new releases have new ones: so whatever
it raises is taken to mean that this certificate shows nothing.
"""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509

from domain.proofs.verifying.failure import Failed
from domain.proofs.verifying.time_stamps import Stamp


def vouched_for(stamp: Stamp, roots: Sequence[x509.Certificate], where: str) -> None:
    """Check that the signer was a time-stamping authority under one of these roots when it signed; raises Failed."""
    if not _may_stamp(stamp, where):
        raise Failed(where, f"{stamp.name} is no time-stamping authority")
    met, left, too_late = {stamp.signer}, [stamp.signer], False
    while left:
        link = left.pop()
        if not _valid(link, stamp.at):
            too_late = True
            continue
        if link in roots or any(_issued(one, link) and _valid(one, stamp.at) for one in roots):
            return
        above = [one for one in stamp.others if one not in met and _issued(one, link)]
        met.update(above)
        left += above
    if too_late:
        raise Failed(where, f"the certificate of {stamp.name}, or one above it, was not valid then")
    raise Failed(where, f"{stamp.name} is not vouched for by the root certificate that was given")


def _valid(certificate: x509.Certificate, at: datetime) -> bool:
    try:
        return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
    except Exception:  # as above
        return False


def _may_stamp(stamp: Stamp, where: str) -> bool:
    """Check that the signer's certificate is for time-stamping, and for nothing else; raises Failed."""
    try:
        usage = stamp.signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return False
    except Exception:  # as above
        raise Failed(where, f"the certificate of {stamp.name} cannot be read") from None
    return usage.critical and list(usage.value) == [x509.oid.ExtendedKeyUsageOID.TIME_STAMPING]


def _issued(issuer: x509.Certificate, link: x509.Certificate) -> bool:
    """Check that this certificate may issue others and has issued that one."""
    try:
        if not issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
        link.verify_directly_issued_by(issuer)
    except Exception:  # as above
        return False
    return True


def read_roots(data: bytes) -> list[x509.Certificate]:
    """The certificates in a file, PEM or DER, that can vouch for another; raises Failed if there is none."""
    where = "the root certificate that was given"
    try:
        pem = b"-----BEGIN" in data
        found = x509.load_pem_x509_certificates(data) if pem else [x509.load_der_x509_certificate(data)]
    except Exception:  # as above
        raise Failed(where, "it is no certificate") from None
    if not (known := [one for one in found if _has_known_key(one)]):
        raise Failed(where, "its key is of a kind not known here")
    return known


def _has_known_key(certificate: x509.Certificate) -> bool:
    try:
        certificate.public_key()
    except Exception:  # as above
        return False
    return True
