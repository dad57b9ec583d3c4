"""What `__init__.py` imports when it is first used, for type checkers."""

from bide.client.answer import Answer as Answer
from bide.client.asynchronous import AsyncClient as AsyncClient
from bide.client.errors import AccessError as AccessError
from bide.client.errors import BrokenOffError as BrokenOffError
from bide.client.errors import ClosedError as ClosedError
from bide.client.errors import DeadlineMissedError as DeadlineMissedError
from bide.client.errors import InvalidRequestError as InvalidRequestError
from bide.client.errors import LimitError as LimitError
from bide.client.errors import RequestError as RequestError
from bide.client.errors import ResponseError as ResponseError
from bide.client.errors import StillOpenError as StillOpenError
from bide.client.errors import UnavailableError as UnavailableError
from bide.client.errors import UnreachableError as UnreachableError
from bide.client.errors import WithdrawnError as WithdrawnError
from bide.client.handle import Handle as Handle
from bide.client.opening import Opened as Opened
from bide.client.opening import open as open  # noqa: A004 - it is read as bide.open
from bide.client.receipt import Receipt as Receipt
from bide.client.submission import PartlySubmittedError as PartlySubmittedError
from bide.client.synchronous import Client as Client
from bide.client.transport import AsyncTransport as AsyncTransport
from bide.client.transport import SyncTransport as SyncTransport
from bide.client.transport import transport as transport
from bide.core.errors import BideError as BideError
from bide.core.errors import DeadlineError as DeadlineError
from bide.core.errors import NotFoundError as NotFoundError
from bide.core.errors import SettingError as SettingError
from bide.core.errors import StoreError as StoreError

__version__: str
PLACES: dict[str, str]
