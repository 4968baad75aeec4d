"""The search finds the share that meets a goal."""

from msgspec.structs import replace

from simulator.calibration.calibrate import calibrate
from simulator.calibration.count import by_office, counts


def test_an_unknown_share_is_found_again(quickstart):
    """From a rate that one share gave, the search comes near that rate from another share."""
    office = replace(quickstart.offices["H44.100"], volume=900.0)

    def build(shares):
        return replace(
            quickstart, offices={name: replace(office, share=share) for name, share in shares.items()}
        )

    goal = by_office(counts(build({"H44.100": 0.1})))["H44.100"].rate
    told: list[str] = []
    shares = calibrate(build, {"H44.100": goal}, {"H44.100": 0.5}, trials=6, processes=1, tell=told.append)
    found = by_office(counts(build(shares)))["H44.100"].rate
    assert abs(found - goal) < 0.01
    assert 0.08 < shares["H44.100"] < 0.13
    assert told[0].startswith("trial 1 of 6: offices miss their rate by ")
    missed = [float(words.split()[-4]) for words in told]
    assert min(missed[1:]) < missed[0]


def test_an_office_without_dossiers_keeps_the_share_it_had(quickstart):
    office = quickstart.offices["H44.100"]

    def build(shares):
        offices = {"H44.100": replace(office, volume=100.0), "H44.101": replace(office, volume=0.0)}
        return replace(quickstart, offices={n: replace(o, share=shares[n]) for n, o in offices.items()})

    begin = {"H44.100": 0.3, "H44.101": 0.07}
    assert calibrate(build, {"H44.101": 0.5}, begin, trials=1, processes=1) == begin
