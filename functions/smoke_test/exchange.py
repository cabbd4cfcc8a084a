"""One HTTPS request with hard limits: whatever the server does, the call ends in time and holds little memory.

Redirects are not followed, certificates are verified, and nothing is raised: no answer is an outcome like any other.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

# AWS's managed firewall rules refuse requests without one (AWSManagedRulesCommonRuleSet, NoUserAgent_HEADER).
USER_AGENT = "mockforge-cloud-smoke-test"
_CHUNK_BYTES = 16 * 1024


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where to ask, and with which extra headers. Header values never appear in a text form of this."""

    host: str
    port: int = 443
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to ask."""

    path: str
    method: str = "GET"
    body: bytes | None = None
    """JSON."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long and how much. `seconds` is the whole exchange, name resolution and body included."""

    seconds: float
    connect_seconds: float = 5
    body_bytes: int = 256 * 1024


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A complete answer. `milliseconds` runs from the request's first byte to the answer's last, without connecting."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    milliseconds: float


@dataclass(frozen=True, kw_only=True)
class NoAnswer:
    """There was no complete answer."""

    reason: str
    may_pass_later: bool
    """A server that is still starting looks like this; a wrong certificate does not heal by waiting."""
    milliseconds: float


Ask: TypeAlias = Callable[[Target, Request, Limits], Answer | NoAnswer]
"""How a request is made: `fetch`, or what plays the server."""


def fetch(target: Target, request: Request, limits: Limits) -> Answer | NoAnswer:
    """Ask once."""
    exchange = _Exchange(target, request, limits)
    # An own thread, because no timeout of a socket covers name resolution, several addresses and a trickling server.
    thread = threading.Thread(target=exchange.run, name=f"{request.method} {request.path}", daemon=True)
    thread.start()
    thread.join(limits.seconds)
    if thread.is_alive():
        exchange.abandon()
        return exchange.no_answer(f"no complete answer within {limits.seconds:g} s", may_pass_later=True)
    return exchange.outcome


class _Exchange:
    def __init__(self, target: Target, request: Request, limits: Limits) -> None:
        self._target, self._request, self._limits = target, request, limits
        self._began = time.monotonic()
        self._connection = http.client.HTTPSConnection(
            target.host, target.port, timeout=min(limits.connect_seconds, limits.seconds), context=target.tls
        )
        self.outcome: Answer | NoAnswer = self.no_answer("the request did not run", may_pass_later=True)

    def no_answer(self, reason: str, *, may_pass_later: bool) -> NoAnswer:
        milliseconds = (time.monotonic() - self._began) * 1000
        return NoAnswer(reason=reason, may_pass_later=may_pass_later, milliseconds=milliseconds)

    def abandon(self) -> None:
        """Wake the thread out of whatever it waits for."""
        if (sock := self._connection.sock) is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # already gone

    def run(self) -> None:
        try:
            self.outcome = self._ask()
        except ssl.SSLCertVerificationError as error:
            self.outcome = self.no_answer(
                f"TLS: the certificate is not accepted ({error.verify_message})", may_pass_later=False
            )
        except (ssl.SSLEOFError, ConnectionError, http.client.RemoteDisconnected, http.client.IncompleteRead) as error:
            self.outcome = self.no_answer(f"connection closed ({type(error).__name__})", may_pass_later=True)
        except ssl.SSLError as error:
            self.outcome = self.no_answer(f"TLS: {error.reason or type(error).__name__}", may_pass_later=False)
        except TimeoutError:
            self.outcome = self.no_answer("no connection in time", may_pass_later=True)
        except socket.gaierror as error:
            self.outcome = self.no_answer(f"the host name does not resolve ({error.strerror})", may_pass_later=True)
        except http.client.HTTPException as error:
            self.outcome = self.no_answer(f"not an HTTP answer ({type(error).__name__})", may_pass_later=False)
        except OSError as error:
            self.outcome = self.no_answer(
                f"no connection ({error.strerror or type(error).__name__})", may_pass_later=True
            )
        except Exception as error:  # noqa: BLE001 (its text might hold a header's value, so only its kind is told)
            self.outcome = self.no_answer(f"the request failed ({type(error).__name__})", may_pass_later=False)
        finally:
            self._connection.close()

    def _ask(self) -> Answer | NoAnswer:
        connection, request, limits = self._connection, self._request, self._limits
        connection.connect()
        connection.sock.settimeout(limits.seconds)
        headers = {"User-Agent": USER_AGENT, "Accept": "*/*", "Connection": "close", **self._target.headers}
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        sent = time.monotonic()
        connection.request(request.method, request.path, body=request.body, headers=headers)
        response = connection.getresponse()
        body = bytearray()
        while chunk := response.read1(_CHUNK_BYTES):
            body += chunk
            if len(body) > limits.body_bytes:
                reason = f"status {response.status} with a body of more than {limits.body_bytes} bytes"
                return self.no_answer(reason, may_pass_later=False)
        if response.length:  # fewer bytes than announced
            raise http.client.IncompleteRead(bytes(body), response.length)
        return Answer(
            status=response.status,
            headers={key.lower(): value for key, value in response.getheaders()},
            body=bytes(body),
            milliseconds=(time.monotonic() - sent) * 1000,
        )
