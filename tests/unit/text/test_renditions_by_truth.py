"""Keys of pictures against a known truth: pictures made up, and every way in which publishing systems write them."""

from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from syndicator.text.pictures import picture_key, same_picture
from syndicator.text.sizes import stated_width

HOSTS = ("news.example", "alnahr.example.org", "cdn.dar.example")
FOLDERS = ("wp-content/uploads/2024/05", "sites/default/files/2024-05", "media/2024/5/12", "images/gallery", "a/b/3")
NAMES = ("bridge", "جسر-الفرات", "img", "IMG_20240512_101112", "photo", "0b6a6f0e-5d0f-11ea-9d55-7f8d2f3c9a10", "2024")
NUMBERS = ("", "-1", "-2", "-12", "_3", "-2024x1", "a", "-final")

pictures = st.tuples(st.sampled_from(HOSTS), st.sampled_from(FOLDERS), st.sampled_from(NAMES), st.sampled_from(NUMBERS))
sizes = st.tuples(st.sampled_from((150, 300, 480, 640, 768, 1024, 1536)), st.sampled_from((100, 150, 200, 432, 683)))
token = st.text("0123456789abcdef", min_size=6, max_size=20)


@st.composite
def address(draw: st.DrawFn, picture: tuple[str, str, str, str]) -> str:
    """One address of a picture, as one of the systems in use writes it."""
    host, folder, name, number = picture
    stem, folder = quote(name + number), quote(folder)
    width, height = draw(sizes)
    sign = draw(token)
    plain = f"https://{host}/{folder}/{stem}.jpg"
    return draw(
        st.sampled_from(
            (
                plain,
                plain.replace("https:", "http:"),
                plain.replace("https://", "https://www."),
                plain.replace("https://cdn.", "https://img2."),
                f"https://{host}/{folder}/{stem}-{width}x{height}.jpg",
                f"https://{host}/{folder}/{stem}-scaled.jpg",
                f"https://{host}/{folder}/{stem}-rotated.jpeg",
                f"https://{host}/{folder}/{stem}-e1699999999.jpg",
                f"https://{host}/{folder}/{stem}-scaled-e1699999999-{width}x{height}.jpg",
                f"https://{host}/{folder}/{stem}-{width}x{height}.jpg.webp",
                f"https://{host}/{folder}/{stem}-{width}x{height}-jpg.webp",
                f"https://{host}/{folder}/{stem}@2x.jpg",
                f"https://i{width % 3}.wp.com/{host}/{folder}/{stem}.jpg?resize={width}%2C{height}&ssl=1",
                f"https://{host}/{width}x{height}/{folder}/{stem}.jpg",
                f"https://{host}/thumbs/{folder}/{stem}.webp",
                f"{plain}?w={width}",
                f"{plain}?resize={width}%2C{height}&quality=80",
                f"{plain}?width={width}&auto=webp&fit=crop&s={sign}",
                f"{plain}?itok={sign}",
                f"{plain}?token={sign}",
                f"{plain}?Expires={width}&Signature={sign}&Key-Pair-Id=K",
                f"{plain}?X-Amz-Algorithm=A&X-Amz-Date=2024&X-Amz-Signature={sign}",
                f"{plain}?v={width}",
                f"{plain}?{width}",
                f"https://{host}/_next/image?url={quote(plain, '')}&w={width}&q=75",
                f"https://{host}/_next/image?url={quote(f'/{folder}/{stem}.jpg', '')}&w={width}&q=75",
                f"https://{host}/cdn-cgi/image/width={width},quality=75/{plain}",
                f"https://{host}/timthumb.php?src={plain}&w={width}&h={height}&zc=1",
                f"https://res.cloudinary.com/demo/image/fetch/w_{width},h_{height},c_fill/{plain}",
                f"https://images.weserv.nl/?url={quote(plain, '')}&w={width}",
            )
        )
    )


@given(st.data(), pictures)
def test_all_addresses_of_one_picture_have_one_key(data: st.DataObject, picture: tuple[str, str, str, str]) -> None:
    """However a system writes a picture - size, crop, format, server, resizer, token - it is the same picture."""
    one, other = data.draw(address(picture)), data.draw(address(picture))
    assert picture_key(one) == picture_key(other), (one, other)


@given(st.data(), pictures, pictures)
def test_two_pictures_have_two_keys_in_any_size(
    data: st.DataObject, one: tuple[str, str, str, str], other: tuple[str, str, str, str]
) -> None:
    """Another host, folder, name or number is another picture, in whatever size each is written."""
    if one != other:
        first, second = data.draw(address(one)), data.draw(address(other))
        assert not same_picture(first, second), (first, second)


@given(
    st.one_of(
        st.text(max_size=300),
        st.lists(
            st.sampled_from(["/", "-300x200", ".jpg", "?", "&w=1", "http://", "=s1600", "a", "%2F"]), max_size=40
        ).map("".join),
    )
)
def test_any_text_has_a_key(text: str) -> None:
    """No address raises, a key is made the same way each time, and scheme and fragment are no part of it."""
    key = picture_key(text)
    assert key == picture_key(text)
    assert picture_key("https://n.example/" + text.lstrip("/")) == picture_key("http://n.example/" + text.lstrip("/"))
    assert stated_width(text) is None or stated_width(text) > 0  # type: ignore[operator]
