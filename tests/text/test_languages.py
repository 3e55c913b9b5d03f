"""Naming the language of a text that a model has not learned."""

import pytest

import stance
from stance.data import read_data
from stance.model import Model
from stance.text.languages import home_language, name_language

SENTENCES = {
    "Spanish": ["No a la tregua.", "La guerra debe terminar hoy.", "Los dos faros firmaron un alto el fuego ayer."],
    "French": ["Non à la trêve.", "La guerre doit cesser.", "Les deux phares ont signé une trêve hier soir."],
    "German": ["Keine Waffenruhe!", "Der Krieg muss enden.", "Die beiden Leuchttürme haben gestern eine Waffenruhe unterzeichnet."],
    "Italian": ["No alla tregua.", "La guerra deve finire.", "I due fari hanno firmato ieri una tregua."],
    "Portuguese": ["Não à trégua.", "Os dois faróis assinaram ontem uma trégua."],
    "Catalan": ["Els dos fars van signar ahir una treva amb el poble."],
    "Dutch": ["De oorlog moet stoppen.", "De twee vuurtorens hebben gisteren een bestand getekend."],
    "Swedish": ["Kriget måste sluta nu.", "De båda fyrarna har skrivit under en vapenvila."],
    "Danish": ["De to fyrtårne har aftalt en våbenhvile, siger de."],
    "Norwegian": ["Hvorfor kan ikke de to fyrene bli enige om en våpenhvile nå?"],
    "Finnish": ["Sota on lopetettava nyt.", "Molemmat majakat ovat sopineet, että tulitauko alkaa huomenna."],
    "Polish": ["Nie dla rozejmu z nimi.", "Obie latarnie podpisały wczoraj zawieszenie broni."],
    "Czech": ["Válka musí skončit, říká lid.", "Oba majáky včera podepsaly příměří, ale boje ještě trvají."],
    "Croatian": ["Oba svjetionika su jučer potpisala primirje, ali borbe još nisu prestale."],
    "Romanian": ["Războiul trebuie să se oprească.", "Cele două faruri au semnat ieri un armistițiu."],
    "Hungarian": ["A háborúnak véget kell vetni.", "A két világítótorony tegnap fegyverszünetet kötött, de a harcok még nem értek véget."],
    "Turkish": ["Savaş artık bitmeli.", "İki deniz feneri dün ateşkes imzaladı ama çatışmalar daha bitmedi."],
    "Indonesian": ["Perang ini harus berakhir.", "Kedua mercusuar telah menandatangani gencatan senjata kemarin."],
    "Vietnamese": ["Chiến tranh phải kết thúc.", "Hai ngọn hải đăng đã ký lệnh ngừng bắn vào hôm qua."],
    "Swahili": ["Vita hii lazima iishe sasa.", "Serikali na jeshi wametia saini mkataba wa kusitisha mapigano jana."],
    "Russian": ["Нет перемирию!", "Оба маяка вчера подписали перемирие, но бои ещё идут."],
    "Ukrainian": ["Ні перемирʼю!", "Обидва маяки вчора підписали перемирʼя, але бої ще тривають."],
    "Bulgarian": ["Двата фара подписаха вчера примирие, но боевете още не са спрели."],
    "Serbian": ["Оба светионика су јуче потписала примирје, али борбе још нису престале."],
    "Arabic": ["لا للهدنة.", "وقعت المنارتان أمس على هدنة، لكن القتال لم يتوقف بعد."],
    "Persian": ["جنگ باید تمام شود.", "دو فانوس دریایی دیروز آتش‌بس امضا کردند، اما نبرد هنوز ادامه دارد."],
    "Urdu": ["جنگ ختم ہونی چاہیے۔", "دونوں میناروں نے کل جنگ بندی پر دستخط کیے ہیں۔"],
    "Greek": ["Όχι στην εκεχειρία.", "Οι δύο φάροι υπέγραψαν χθες εκεχειρία."],
    "Hebrew": ["לא להפסקת אש.", "שני המגדלורים חתמו אתמול על הפסקת אש."],
    "Hindi": ["युद्ध अब बंद होना चाहिए।", "दोनों प्रकाशस्तंभों ने कल युद्धविराम पर हस्ताक्षर किए।"],
    "Chinese": ["反对停火。", "两座灯塔昨天签署了停火协议，但战斗仍在继续。"],
    "Japanese": ["停戦に反対します。", "二つの灯台は昨日、停戦に署名したが、戦闘はまだ続いている。"],
    "Korean": ["휴전에 반대한다.", "두 등대는 어제 휴전에 서명했지만 전투는 아직 계속되고 있다."],
    "Bengali": ["যুদ্ধ এখনই থামাতে হবে।"],
    "Thai": ["สงครามต้องยุติเดี๋ยวนี้"],
    "Georgian": ["ომი ახლავე უნდა დასრულდეს."],
    "Armenian": ["Պատերազմը պետք է ավարտվի հիմա։"],
}  # fmt: skip
ENGLISH = [
    "No to the truce.",
    "Médecins Sans Frontières said its boats had left San Salvador and Los Fanales.",
    "El Fasher, Deir el-Balah, Khan Younis.",
    "“No a la tregua,” the pilot shouted, and the crowd on the quay sang until the lamps were lit.",
    "The Ministère de la Paix et de la Mer said that the truce would hold.",
    "Mar 3",
    "xylophone zzz qqq",
]


def test_the_table_has_the_languages_in_their_order_and_stays_small() -> None:
    table = read_data("languages.csv")
    assert tuple(line.split(",")[0] for line in table.splitlines()[1:]) == stance.LANGUAGES
    assert len(table.encode()) < 100_000
    assert len(set(stance.LANGUAGES)) == len(stance.LANGUAGES) == len(SENTENCES) + 1


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_in_another_language_gets_its_name_and_no_label(
    language: str, shipped: Model
) -> None:
    for sentence in SENTENCES[language]:
        block = shipped.label(sentence)[0]
        assert (block.status, block.language, block.results) == ("language", language, {}), sentence


@pytest.mark.parametrize("text", ENGLISH)
def test_english_with_foreign_names_stays_english(text: str) -> None:
    assert name_language(text, "English") is None


def test_a_model_of_another_language_refuses_english() -> None:
    row = next(line for line in read_data("languages.csv").splitlines() if "Spanish" in line)
    assert home_language(set(row.split(",")[3].split())) == "Spanish"
    assert name_language("The keepers said they would not sign.", "Spanish") == "English"
    assert name_language("Los dos faros firmaron un alto el fuego.", "Spanish") is None


def test_a_model_of_few_words_refuses_no_language(small: Model) -> None:
    assert small.frozen.language is None
    assert small.label("La guerra debe terminar hoy.")[0].language is None


def test_tables_name_the_language_too(shipped: Model) -> None:
    cells = ["No a la tregua.\n\nThey urged a truce.", None]
    labelled = shipped.label_cells(cells)
    assert labelled.values("status") == ["language", "labelled", "missing"]
    assert labelled.values("language") == ["Spanish", None, None]
    assert shipped.label_cells([cells[0]], unit="document").values("status") == ["labelled"]
    assert shipped.label_cells(["No a la tregua."], unit="document").values("status") == [
        "language"
    ]


def test_a_language_that_is_alone_in_its_script_may_be_the_home_language() -> None:
    assert name_language("ξξξ ψψψ ωωω", "Greek") is None
    assert name_language("No a la tregua.", "Greek") == "Spanish"


def test_a_script_of_no_listed_language_is_none() -> None:
    assert [name_language(text, "English") for text in ("ꀀꀁꀂ ꀃꀄ", "ꔀꔁ ꔂ", "\uf900\ufa10")] == [
        None,
        None,
        "Chinese",
    ]
