"""Places that answers go to: a path of this machine, or an object's URI."""

from pathlib import Path, PurePosixPath

from bide.buckets.uri import Location, is_uri, parse_uri

Place = Path | Location


def parse_place(text: str) -> Place:
    """The place that somebody typed; a `file:` URI is a path. Raises `InvalidUriError`."""
    if not is_uri(text):
        return Path(text)
    location = parse_uri(text)
    return location.path or location


def name_of(place: Place) -> str:
    """The place as any process finds it, one for each file."""
    if isinstance(place, Location):
        return place.uri
    return str(place.absolute() if is_special(place) else place.resolve())  # a device is meant by its name


def suffixes_of(place: Place) -> list[str]:
    """What stands behind the dots of its name."""
    return PurePosixPath(place.key).suffixes if isinstance(place, Location) else place.suffixes


def is_same(place: Place, other: Place) -> bool:
    """Whether two places are one file, under whatever names."""
    if isinstance(place, Location) or isinstance(other, Location):
        return place == other
    return place.is_file() and other.exists() and place.samefile(other)


def is_special(path: Path) -> bool:
    """Whether something is there that is written to and not replaced: a pipe, a device."""
    return path.exists() and not path.is_file()
