"""Names of firms as the public may read them: what is personal is blotted out before anything is frozen."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from models.registry_rows import firms_of_type, load_firm_labels
from scheduler.registry.codes import ObjectType
from scheduler.registry.personal import NAME_WITHHELD, blotted
from scheduler.workflow.workspace import Workspace


def public_labels(
    connection: sa.Connection, workspace: Workspace, firm_ids: Sequence[str]
) -> dict[str, tuple[str, str]]:
    """
    Name and registrar of each of the firms given that is on the register, by firm id.

    Identity numbers and telephone numbers in a name are blotted out; where `publication.hide_sole_traders` says so, an
    individual household 个体工商户 goes by its code alone, because its name is often a person's.
    """
    labels = load_firm_labels(connection, firm_ids)
    withheld: frozenset[str] = frozenset()
    if workspace.settings.publication.hide_sole_traders:
        withheld = firms_of_type(connection, firm_ids, ObjectType.INDIVIDUAL)
    return {
        firm_id: (NAME_WITHHELD if firm_id in withheld else blotted(name), registrar)
        for firm_id, (name, registrar) in labels.items()
    }
