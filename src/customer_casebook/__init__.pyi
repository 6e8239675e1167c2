from .course.casebook import case as case
from .course.casebook import cases as cases
from .domain.facts import Facts as Facts
from .domain.verdict import decide as decide
from .draft import preview as preview
from .own.my_case import my_case as my_case
from .playable import casebook as casebook
from .simulators.expectation_gap import expectation_gap as expectation_gap
from .simulators.going_direct import going_direct as going_direct
from .simulators.ledger import ledger as ledger
from .simulators.service_levels import service_levels as service_levels
from .widgets.exam import exam as exam
from .widgets.practice import find_evidence as find_evidence
from .widgets.practice import own_the_relationship as own_the_relationship
from .widgets.practice import practice as practice
from .widgets.practice import prepare_for as prepare_for
from .widgets.practice import sort_parties as sort_parties
from .widgets.practice import term as term
from .widgets.progress import progress as progress
from .widgets.progress import review as review
from .widgets.study import compare as compare
from .widgets.study import study as study
from .widgets.study import twins as twins
from .widgets.what_if import what_if as what_if

__version__: str
