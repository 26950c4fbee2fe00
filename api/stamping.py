"""Time stamps (RFC 3161): request one from an authority over the network, and verify the answer."""

import httpx2
from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from api.signing import NotStamped
from domain.proofs.pack import stamped_digest
from domain.proofs.verifying.failure import Failed
from domain.proofs.verifying.key_chain import as_cut
from domain.proofs.verifying.stamp_roots import read_roots, vouched_for
from domain.proofs.verifying.time_stamps import read_stamp

#: The time limit for an authority, in seconds, and the longest answer, in bytes.
_PATIENCE = 20.0
_MOST = 1 << 16


def stamp(checkpoint: bytes, authority: str, roots: bytes) -> bytes:
    """A verified time stamp of a checkpoint, as the authority answered it.

    Args:
        checkpoint: the signed note, as it was cut.
        authority: the address of a time-stamping authority.
        roots: trusted root certificates, PEM or DER.

    Raises:
        NotStamped: the authority did not answer, or not validly; store nothing.
    """
    # The library hashes its input; the verifier in a pack hashes the same bytes.
    request = TimestampRequestBuilder().data(as_cut(checkpoint)).hash_algorithm(HashAlgorithm.SHA256).build()
    try:
        answer = _sent(authority, request.as_bytes())
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise NotStamped(
            f"{authority} does not answer ({str(error) or type(error).__name__}); try again, or another"
        ) from error
    try:
        vouchers = read_roots(roots)
        decoded = decode_timestamp_response(answer)
        builder = VerifierBuilder.from_request(request)
        for root in vouchers:
            builder = builder.add_root_certificate(root)
        for certificate in decoded.signed_data.certificates:
            builder = builder.add_intermediate_certificate(x509.load_der_x509_certificate(certificate))
        builder.build().verify(decoded, stamped_digest(checkpoint))
        vouched_for(read_stamp(answer, authority), vouchers, authority)
    except (ValueError, VerificationError) as error:
        raise NotStamped(f"what {authority} answered is no time stamp to be believed: {error}") from error
    except Failed as failed:
        raise NotStamped(f"what {authority} answered is no time stamp to be believed: {failed.what}") from failed
    return answer


def _sent(authority: str, request: bytes) -> bytes:
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    with httpx2.stream("POST", authority, content=request, headers=headers, timeout=_PATIENCE) as response:
        response.raise_for_status()
        answer = b""
        for chunk in response.iter_bytes():
            answer += chunk
            if len(answer) > _MOST:
                raise NotStamped(f"what {authority} answers is longer than a time stamp")
        return answer
