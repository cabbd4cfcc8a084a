"""Reads of `pulumi_aws` only what the program uses: importing it is the largest part of a preview's time.

`pulumi_aws` is lazy by service: `aws.ec2` is imported when it is first named, and then all of its 120 files are, of
which the program uses a dozen. With this it is lazy by class: `aws.ec2.Vpc` reads `vpc.py` and what that needs. A name
that stands in no file of its own reads the service whole, as without this, so nothing is ever missing.
"""

import importlib
import importlib.abc
import importlib.machinery
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final

_SERVICE: Final = re.compile(r"pulumi_aws\.[a-z0-9_]+")
_WORD: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Service(ModuleType):
    """A service of `pulumi_aws` whose names are read when they are first asked for."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever has that name)
        """Raises AttributeError for a name that the whole service does not have either."""
        if name == "__all__":  # asked for by `import *`, which then takes what is there
            self._read_whole()
        if name.startswith("__"):
            raise AttributeError(name)
        for module in self._candidates(name):
            read = importlib.import_module(f"{self.__name__}.{module}")
            if name == module and name not in getattr(read, "__all__", ()):
                return read  # `outputs`, a module by itself
            if name in getattr(read, "__all__", ()):
                # also over a submodule of the same name, which importing has just put there: `get_vpc`
                setattr(self, name, getattr(read, name))
                return getattr(read, name)
        self._read_whole()
        return getattr(self, name)

    def __dir__(self) -> list[str]:
        """All names of the service."""
        self._read_whole()
        return dir(self)

    def _candidates(self, name: str) -> list[str]:
        """`Vpc` and `VpcArgs` stand in `vpc.py`, `get_vpc` in a file of its name; their parts stand in `_inputs`."""
        folder = Path(self.__path__[0])
        own = name if name.islower() else _WORD.sub("_", re.sub(r"Args(Dict)?$", "", name)).lower()
        return [stem for stem in dict.fromkeys((own, "_inputs")) if (folder / f"{stem}.py").is_file()]

    def _read_whole(self) -> None:
        object.__setattr__(self, "__class__", ModuleType)
        loader = self.__spec__.loader if self.__spec__ is not None else None
        assert isinstance(loader, _Loader)  # noqa: S101 (it made this module)
        loader.whole.exec_module(self)


class _Loader(importlib.abc.Loader):
    def __init__(self, whole: importlib.abc.Loader) -> None:
        self.whole = whole

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        del spec
        return None  # as Python does it

    def exec_module(self, module: ModuleType) -> None:
        module.__class__ = Service


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if path is None or not _SERVICE.fullmatch(fullname):
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None or spec.submodule_search_locations is None:
            return None
        spec.loader = _Loader(spec.loader)
        return spec


def install() -> None:
    """From now on; what has been imported stays as it is. Once is enough, more do no harm."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
