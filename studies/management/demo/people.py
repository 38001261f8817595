"""The demo's team: there before the site is ready, so that the first owner lands in it."""

from django.db import transaction

from studies.models import Membership, Role, Team, User

TEAM = "Demo team"
# Nobody can sign in as these: they have no password and are not active. Their addresses can belong to nobody.
PEOPLE = {
    "ada": ("ada@demo.invalid", Role.OWNER),
    "ben": ("ben@demo.invalid", Role.EDITOR),
    "vera": ("vera@demo.invalid", Role.VIEWER),
}


def demo_team() -> tuple[Team, dict[str, User]]:
    """The team and its people by first name, made where they are missing, and shown to every owner."""
    with transaction.atomic():
        team, _ = Team.objects.get_or_create(is_demo=True, defaults={"name": TEAM})
        people = {}
        for name, (email, role) in PEOPLE.items():
            person = User.objects.filter(email=email).first()
            people[name] = person or User.objects.create_user(email, is_active=False)
            Membership.objects.get_or_create(team=team, user=people[name], defaults={"role": role})
    for owner in Membership.objects.owners().exclude(team=team).select_related("user"):
        Team.show_demo_to(owner.user)
    return team, people
