"""What pages call their dates: names of fields, classes, keys and labels, told apart by what they date."""

import re

from syndicator.text.calendars import alternatives, plain


def squeezed(name: str) -> str:
    """A name of a field without case and signs: `publish-date`, `publish_date` and `publishDate` are one."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _listed(names: str) -> tuple[str, ...]:
    return tuple(names.split())


PUBLISHED_META = _listed(
    """
    articlepublishedtime articlepublished ogarticlepublishedtime ogpublishedtime datepublished
    schemadatepublished publishdate publisheddate publishedat publishedtime publishtime publishingdate
    publicationdate publicationtime pubdate pubtime ogpubdate ogpublishdate ogpublicationdate parselypubdate
    sailthrudate cxenseparserecspublishtime cxenseparsepublishtime cxenseparserecsarticlepublishtime btpubdate
    rbpubdate firstpublished firstpublishedat firstpublicationdate originalpublicationdate dcdateissued
    dcdatepublished dcissued dctermsissued dcdatecreated dctermscreated dccreated dctermsdate dcdate
    dctermsavailable citationpublicationdate citationonlinedate citationdate prismpublicationdate
    prismpublishdate eprintsdate bepresscitationdate displaydate articledateoriginal articledate
    articlepublishdate articlepostdate articlecreated iso8601publishdate datecreated createddate createdat
    createdtime contentcreatedate contentcreated creationdate created posteddate postdate postpublisheddate
    dateposted releasedate dcdatereleased docdate dateissued issued daterelease ptime pdate
    shareaholicarticlepublishedtime vrpublishedtime vkpublishedtime weiboarticlecreateat newspublicationdate
    newsdate storydate storypublishdate entrydate contentdate contentpublished itempublished webpublicationdate
    videoreleasedate sailthrupublishdate analyticsdate pagepublished livedate uploaddate
    """
)
"""Squeezed names of `<meta>`, the surest first."""
LIKE_PUBLISHED = re.compile(r"publi(?:sh|cation|c).*(?:date|time)|(?:date|time).*publi(?:sh|cation)|pubdate")
LIKE_DATE = re.compile(
    r"(?!.*(?:upd|modif|expir|valid|birth|death|revi|event|start|end|copyright|last|until|format|range)).*date(?:stamp|time)?$"
)
"""Squeezed names of `<meta>` that may be dates of publication, found nowhere else."""
WEAK_META = ("date", "timestamp", "time", "pagedate", "datetime", "ogdate", "dcdatevalid")
"""Dates that may as well be those of the page or of the day."""
UPDATED_META = frozenset(
    _listed(
        """
        articlemodified articlemodifieddate articlemodifiedtime articleupdated articleupdatedtime contentmodified
        datemodified daterevised dateupdate dateupdated dcdatemodified dcmodified dctermsmodified
        iso8601modifieddate lastmod lastmodified lastmodifieddate lastrevised lastupdate lastupdated lastupdateddate
        moddate modified modifiedat modifieddate modifiedtime ogarticlemodifiedtime ogmodifiedtime ogupdatedtime
        revised revisiondate schemadatemodified updated updatedat updateddate updatedtime updatetime
        """
    )
)

PUBLISHED_KEYS = (
    "datePublished|publishedAt|published_at|publishDate|publish_date|publishedDate|published_date|pubDate|pub_date"
    "|publicationDate|publication_date|firstPublishedAt|firstPublished|first_published_at|firstPublicationDate"
    "|publishTime|publish_time|publishedTime|published_time|publishedOn|published_on|publishTimestamp|datePublication"
    "|articlePublishDate|article_publish_date|articleDate|postDate|post_date|displayDate|display_date|releaseDate"
    "|dateCreated|date_created|createdAt|created_at|creationDate|createDate|create_date|creation_date"
)
"""Of the state that a page's scripts hold."""

PUBLISHED_CLASS = re.compile(
    r"(?:dt)?(?:first)?published(?:on|at|info)?|submitted|postedon|posted|dateheader|dateline|tiedate"
    r"|(?:item|news|post|posted|article|entry|story|content|page|single|details?|topic|blog|pub|publish|published|publishing"
    r"|publication|created?|creation|issue)(?:meta|pub|publish|published)?(?:date|time|datetime|timestamp|on)"
    r"|date(?:of)?(?:publication|published|publish|posted|post|created|pub|article|news)|timestamppublished"
)
"""Squeezed names of classes that an article's date of publication has (whole)."""
DATE_CLASSES = frozenset(
    _listed(
        """
        articledatetime articleinfo articlemeta articletime byline cdate created date dateline dates datestamp
        datetime day details entrymeta fielddate info ldate meta metadata moment newstime postinfo postmeta posttime
        storytime tarikh time timeago timestamp when
        """
    )
)
UPDATED_CLASSES = re.compile(
    r"(?:^|[-_\s])(?:updated?|modified|dt-updated|lastmod|last-update|revised|edited)(?:$|[-_\s])", re.I
)
DATE_ATTRIBUTES = _listed(
    """
    data-published data-publish-date data-published-date data-publishdate data-published-at data-pubdate data-
    pub-date data-date-published data-publish-time data-publish data-datetime data-date data-timestamp data-time
    data-utc data-epoch data-unixtime data-utime data-livestamp data-created data-article-date data-post-date
    data-iso data-ts
    """
)

ASIDE_WORDS = frozenset(
    _listed(
        """
        alsoread breaking caption clock comment
        commentary commentlist comments copyright copyrights disqus footer guestbook
        latest mostread mostviewed nav navbar newsletter popular prayer promo readalso recent recommend
        recommendations recommended related relatednews relatedposts replies reply sidebar similar suggested teaser
        ticker today topbar trending weather
        """
    )
)
"""Words in names of elements whose dates are those of something else."""
ASIDE_TAGS = frozenset(
    {"aside", "nav", "footer", "form", "select", "noscript", "template", "button", "blockquote", "figcaption"}
)

_PUBLISHED = (
    "نشر|نشرت|نشرها|نشره|النشر|تاريخ النشر|تم النشر|وقت النشر|نشر في|نشر بتاريخ|كتب في|كتب بتاريخ|أضيف|أضيفت|الإضافة"
    "|تاريخ الإضافة|تاريخ الإنشاء|أنشئ|حرر في|حرر بتاريخ|صدر في|صدر بتاريخ|التاريخ|بتاريخ|منشور|أدرج|أرسل|نُشرت|تاريخ"
    "|published|published on|publish date|posted|posted on|publication date|first published|created|written on|issued"
    "|submitted|publie|publiee|mis en ligne|paru|cree|ecrit le|veroffentlicht|erstellt|publicado|publicada|publicato"
    "|pubblicato|gepubliceerd|geplaatst|opublikowano|опубликовано|yayınlanma|yayın|yayınlandı|eklenme|giris|tarih"
    "|منتشر شده|تاریخ انتشار|انتشار|زمان انتشار|تاریخ|درج|تاریخ درج|شائع|شائع شدہ|تاریخ اشاعت|بلاو کراوە|publicat"
)
_UPDATED = (
    "آخر تحديث|تحديث|التحديث|تاريخ التحديث|تم التحديث|عدل|عدلت|تعديل|آخر تعديل|تم التعديل|تم تحديثه|محدث"
    "|updated|update|last updated|last update|modified|last modified|edited|revised|reviewed|mis a jour|mise a jour"
    "|modifie|modifiee|actualise|aktualisiert|geandert|zuletzt|actualizado|aggiornato|modificato|bijgewerkt"
    "|обновлено|güncelleme|guncellendi|guncellenme|به‌روزرسانی|بروزرسانی|به روز رسانی|ویرایش|آخرین ویرایش|اپ ڈیٹ"
    "|aktualizacja|atualizado"
)
_OTHERS = (
    "©|copyright|حقوق|الحقوق|عضو منذ|انضم|تسجيل|مواليد|ولد|ولدت|الميلاد|born|joined|member since|expires|ينتهي|تنتهي"
    "|starts|event date|deadline|اليوم هو|today is|prayer|الصلاة|آخر زيارة|last visit"
)


def _label(names: str) -> re.Pattern[str]:
    return re.compile(alternatives(map(plain, names.split("|"))))


PUBLISHED_LABEL, UPDATED_LABEL = _label(_PUBLISHED), _label(_UPDATED)
OTHER_LABEL = re.compile("|".join(re.escape(plain(name)) for name in _OTHERS.split("|")))
"""In front of dates that date something else."""
