from datetime import timedelta, timezone

from lxml import etree

from syndicator.publish.render import opml
from tests.support.articles import BASE, MOMENT, feed


def outlines(element):
    return [(each.get("text"), each.get("xmlUrl"), outlines(each)) for each in element.findall("outline")]


def test_feeds_stand_in_the_folders_of_their_paths():
    """C11: The list has the shape of the paths, sorted, whatever the order of the feeds; each with all that OPML asks."""
    listed = [
        feed(path="health", title="صحة"),
        feed(path="countries/yemen", title="اليمن"),
        feed(path="countries/gulf/qatar", title="قطر"),
    ]
    made = opml(listed, BASE, "قائمة", MOMENT)
    assert made == opml(listed[::-1], BASE, "قائمة", MOMENT)
    root = etree.fromstring(made)
    assert root.get("version") == "2.0"
    assert root.findtext("head/title") == "قائمة"
    assert outlines(root.find("body")) == [
        (
            "countries",
            None,
            [
                ("gulf", None, [("قطر", f"{BASE}/feeds/countries/gulf/qatar.rss", [])]),
                ("اليمن", f"{BASE}/feeds/countries/yemen.rss", []),
            ],
        ),
        ("صحة", f"{BASE}/feeds/health.rss", []),
    ]
    one = root.find("body/outline[@xmlUrl]")
    assert (one.get("type"), one.get("htmlUrl"), one.get("language")) == ("rss", BASE + "/", "ar")


def test_the_date_is_the_one_given():
    """`dateCreated` is the moment given, as RFC 822 has it with a numeric zone, and no other date is written."""
    elsewhere = MOMENT.astimezone(timezone(timedelta(hours=3)))
    assert opml([], BASE, "قائمة", elsewhere) == opml([], BASE, "قائمة", MOMENT)
    assert etree.fromstring(opml([], BASE, "قائمة", MOMENT)).findtext("head/dateCreated") == (
        "Sat, 14 Mar 2026 09:26:53 +0000"
    )


def test_any_text_is_escaped():
    """Markup and forbidden characters in a title cannot break the list."""
    root = etree.fromstring(opml([feed(title='<&"\x00]]>\ud800')], BASE, "\x01<b>", MOMENT))
    assert root.findtext("head/title") == "<b>"
    assert root.find("body/outline/outline").get("text") == '<&"]]>'
