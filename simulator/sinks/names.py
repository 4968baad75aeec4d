"""What a dossier is called where one word must name it among all: in XES and OCEL."""


class Names:
    """Names for the dossiers of one output.

    The dossier's id where it begins with its office, as a simulated one's does; else "office/id", for real
    tables use one number in two offices; before that the scenario, in any scenario but the first.
    """

    def __init__(self) -> None:
        self.scenario: str | None = None
        """The first one that was heard of."""

    def of(self, scenario: str | None, office: str, dossier_id: str) -> str:
        """The name of a dossier; without a scenario it is of the first."""
        if self.scenario is None:
            self.scenario = scenario
        name = dossier_id if dossier_id.startswith(office) else f"{office}/{dossier_id}"
        return name if scenario is None or scenario == self.scenario else f"{scenario}/{name}"
