"""Why an import does not begin, or does not go on."""

from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text


class NothingToImport(NotFound):
    """No file of the folder belongs to any table of the mapping."""

    code = "nothing-to-import"
    words = Text("No file in this folder is one that the mapping “%(mapping)s” knows.")


class MappingUnknown(NotFound):
    """Nobody has published a mapping of that name."""

    code = "mapping-unknown"
    words = Text("There is no mapping called “%(mapping)s” in force.")


class FileUnreadable(Invalid):
    """It cannot be read as what its name says."""

    code = "file-unreadable"
    words = Text("%(file)s cannot be read: it is damaged, or it is not what its name says.")


class FileTooLarge(Invalid):
    """Larger than any file of an old system has a right to be."""

    code = "file-too-large"
    words = Text("%(file)s is larger than %(most)s. Divide it.")


class HeaderNotFound(Invalid):
    """None of the first rows names the columns that are needed."""

    code = "header-not-found"
    words = Text("%(file)s: no header among the first rows. Missing: %(missing)s.")


class AlreadyImported(MainlineError):
    """The very same files were brought in under the very same mapping."""

    code = "already-imported"
    words = Text("These very files were brought in already, in run %(run)s.")


class RunsElsewhere(MainlineError):
    """Another process brings the same files in."""

    code = "import-runs-elsewhere"
    words = Text("Run %(run)s goes on in another process.")


class ReaderEnded(MainlineError):
    """The process that reads ahead is no more, or hangs: killed, or a file cannot be read on."""

    code = "import-reader-ended"
    words = Text("What reads the files has ended. Start the import again: it goes on from here.")
