"""The words of index 766: names of indicators, their formulas, and what to bear in mind (domain 2.1)."""

from collections.abc import Mapping

import msgspec


class Words(msgspec.Struct, frozen=True):
    """The same in English and in Vietnamese."""

    en: str = ""
    vi: str = ""

    def of(self, lang: str) -> str:
        """In "en" or "vi"."""
        return self.vi if lang == "vi" else self.en


NAMES: Mapping[str, Words] = {
    "1.1": Words("Procedures announced on time", "TTHC công bố đúng hạn"),
    "1.2": Words("Procedures updated and published on time", "TTHC cập nhật, công khai đúng hạn"),
    "1.3": Words("Procedures published with all parts", "TTHC công khai đầy đủ nội dung"),
    "1.4": Words("Dossiers synchronised to the national portal", "Hồ sơ đồng bộ lên Cổng DVCQG"),
    "2.1": Words("Processed early, on time or still in time", "Hồ sơ xử lý trước hạn, đúng hạn, trong hạn"),
    "2.2": Words("Mean processing time, days", "Thời gian giải quyết trung bình, ngày"),
    "3.1": Words("Procedures offered online", "TTHC cung cấp dịch vụ công trực tuyến"),
    "3.2": Words("Online services with dossiers", "Dịch vụ công trực tuyến có phát sinh hồ sơ"),
    "3.3": Words("Dossiers filed online", "Hồ sơ nộp trực tuyến"),
    "3.5a": Words("Fee procedures integrated", "TTHC có phí, lệ phí được tích hợp"),
    "3.5b": Words("Fee procedures with an online payment", "TTHC có phí phát sinh thanh toán trực tuyến"),
    "3.6": Words("Dossiers paid online", "Hồ sơ thanh toán trực tuyến"),
    "4.1": Words("Electronic result issued", "Cấp kết quả giải quyết điện tử"),
    "4.2": Words("Dossier digitised", "Số hóa hồ sơ"),
    "4.3": Words("Digitised data reused", "Sử dụng lại dữ liệu số hóa"),
    "4.4": Words("Shared to the personal store", "Chia sẻ vào kho dữ liệu cá nhân"),
    "4.5a": Words("Procedures connected to population data", "TTHC kết nối dữ liệu dân cư"),
    "4.5b": Words("Dossiers using population data", "Hồ sơ sử dụng dữ liệu dân cư"),
    "4.6": Words("Electronic certified copies offered", "Chứng thực bản sao điện tử từ bản chính"),
    "5.1a": Words("Petitions about rules", "PAKN về quy định, thủ tục hành chính"),
    "5.1b": Words("Petitions about staff", "PAKN về hành vi cán bộ, công chức"),
    "5.2": Words("Petitions handled on time", "PAKN xử lý đúng hạn"),
    "5.3": Words("Satisfaction with petition handling", "Hài lòng trong xử lý PAKN"),
    "5.4": Words("Satisfaction with dossier handling", "Hài lòng trong tiếp nhận, giải quyết TTHC"),
    "rating": Words("Counter rating (4 and 5 of 5)", "Đánh giá tại quầy (4 và 5 trên 5)"),
    "sipas": Words("Survey SIPAS", "Khảo sát SIPAS"),
}
"""By the number in the published description."""

FORMULAS: Mapping[str, Words] = {
    "1.1": Words(
        "announced on time / announced in the period; 6 x R",
        "công bố đúng hạn / công bố trong kỳ; 6 x R",
    ),
    "1.2": Words("on time / due; 4 x R", "đúng hạn / phải cập nhật, công khai; 4 x R"),
    "1.3": Words("complete / published; 2 x R", "đầy đủ / đã công khai; 2 x R"),
    "1.4": Words(
        "synchronised / the larger of national reports and portal; 6 x R",
        "đã đồng bộ / số lớn hơn giữa Hệ thống báo cáo quốc gia và Cổng; 6 x R",
    ),
    "2.1": Words(
        "on time or still in time / received and processed; 20 x R",
        "đúng hạn hoặc trong hạn / tiếp nhận, xử lý trong kỳ; 20 x R",
    ),
    "2.2": Words(
        "sum of times / completed (states 9, 10); not scored",
        "tổng thời gian / hồ sơ hoàn thành (trạng thái 9, 10); không tính điểm",
    ),
    "3.1": Words(
        "partial or full / in competence; all points from 80 %",
        "một phần hoặc toàn trình / thuộc thẩm quyền; đủ điểm từ 80 %",
    ),
    "3.2": Words(
        "with an online dossier / on offer; the rule is not known, linear is assumed",
        "có hồ sơ trực tuyến / đang cung cấp; chưa rõ cách tính điểm, coi là tuyến tính",
    ),
    "3.3": Words(
        "online with an electronic result / received x share synchronised; all points from 50 %",
        "trực tuyến có kết quả điện tử / tiếp nhận x tỷ lệ đồng bộ; đủ điểm từ 50 %",
    ),
    "3.5a": Words(
        "with fee data / with a fee (C); 2.5 x C, at most 2",
        "có dữ liệu phí / có phí, lệ phí (C); 2,5 x C, tối đa 2",
    ),
    "3.5b": Words(
        "with an online payment / with a fee (B); 2.5 x B, at most 2",
        "có thanh toán trực tuyến / có phí, lệ phí (B); 2,5 x B, tối đa 2",
    ),
    "3.6": Words(
        "paid online / with a financial obligation (A); 6 x A",
        "thanh toán trực tuyến / có nghĩa vụ tài chính (A); 6 x A",
    ),
    "4.1": Words("with a result file / dossiers; 6 x R", "có tệp kết quả / hồ sơ; 6 x R"),
    "4.2": Words(
        "with component files and result file / dossiers; 4 x R",
        "có tệp thành phần hồ sơ và tệp kết quả / hồ sơ; 4 x R",
    ),
    "4.3": Words(
        "with a reused component / received; all points from 80 %",
        "có thành phần sử dụng lại / tiếp nhận; đủ điểm từ 80 %",
    ),
    "4.4": Words("shared / received; 4 x R", "đã chia sẻ / tiếp nhận; 4 x R"),
    "4.5a": Words("connected / procedures for citizens; 2 x R", "có kết nối / TTHC của người dân; 2 x R"),
    "4.5b": Words("authenticated by VNeID / dossiers; 2 x R", "được xác thực VNeID / hồ sơ; 2 x R"),
    "4.6": Words("communes that offer them / communes; 2 x R", "xã có cung cấp / số xã; 2 x R"),
    "5.1a": Words("about rules / petitions; not scored", "về quy định / PAKN; không tính điểm"),
    "5.1b": Words("about staff / petitions; not scored", "về hành vi / PAKN; không tính điểm"),
    "5.2": Words(
        "on time or in time / petitions; 6 x R, 6 if there is none",
        "đúng hạn hoặc trong hạn / PAKN; 6 x R, 6 điểm nếu không có PAKN",
    ),
    "5.3": Words(
        "(all - unsatisfied, repeated or late) / petitions; 6 x R, 6 if there is none",
        "(tất cả - không hài lòng, lặp lại hoặc trễ hạn) / PAKN; 6 x R, 6 điểm nếu không có PAKN",
    ),
    "5.4": Words(
        "100 % - (late % + % with a petition or dislike); all points from 90 %",
        "100 % - (tỷ lệ trễ hạn + tỷ lệ có PAKN hoặc không hài lòng); đủ điểm từ 90 %",
    ),
    "rating": Words(
        "satisfied / rated; not part of the index",
        "hài lòng / đã đánh giá; không thuộc bộ chỉ số",
    ),
    "sipas": Words("satisfied / asked; not part of the index", "hài lòng / được hỏi; không thuộc bộ chỉ số"),
}
"""Numerator over denominator (R), and the score rule."""

CAVEATS: Mapping[str, Words] = {
    "2.2": Words(
        "where measured: days of the clock from acceptance, less the waits that were answered",
        "khi đo: ngày lịch từ lúc tiếp nhận, trừ thời gian chờ đã được đáp ứng",
    ),
    "3.2": Words("a procedure counts as one service", "mỗi thủ tục được tính là một dịch vụ"),
    "4.1": Words(
        "the portal takes all dossiers received, though the description says those that need a paper result",
        "Cổng lấy mọi hồ sơ tiếp nhận, dù mô tả chỉ nói hồ sơ cần kết quả bằng văn bản",
    ),
    "4.2": Words(
        "the description gives all points from 80 %, the published scores are linear to 100 %",
        "mô tả cho đủ điểm từ 80 %, điểm công bố lại tuyến tính đến 100 %",
    ),
    "4.4": Words("only zeros were published so far", "đến nay chỉ có số 0 được công bố"),
    "5.4": Words(
        "nobody is asked: being late costs points here a second time",
        "không hỏi người dân: trễ hạn bị trừ điểm lần thứ hai",
    ),
    "sipas": Words(
        "a household survey, not to be mixed with the counter rating",
        "khảo sát hộ gia đình, không gộp với đánh giá tại quầy",
    ),
}

GIVEN: Mapping[str, str] = {
    "procedures_announced": "1.1: procedures whose announcing decision is dated in the period",
    "procedures_announced_in_time": "1.1: of these, at least 5 working days before they take effect",
    "procedures_to_update": "1.2: procedures to be updated and published in the national database",
    "procedures_updated_in_time": "1.2: of these, within 5 working days of the decision",
    "procedures_published": "1.3: procedures published now",
    "procedures_published_whole": "1.3: of these, with all parts of decree 63/2010 art. 8(2)",
    "dossiers_reported": "1.4, 3.3: dossiers received: in the national reports or on the portal, the more",
    "dossiers_synced": "1.4, 3.3: of these, synchronised to the national portal",
    "processing_days": "2.2: sum of the processing times of completed dossiers, in days; else measured",
    "dossiers_completed": "2.2: dossiers in state 9 or 10; else measured",
    "procedures_in_competence": "3.1: procedures in the authority's competence",
    "procedures_offered": "3.1: of these, offered online, partial or full",
    "services": "3.2: online services on offer",
    "fee_procedures": "3.5: procedures with a fee or charge",
    "fee_procedures_with_data": "3.5a: of these, with dossiers whose fee is synchronised",
    "fee_procedures_paid_online": "3.5b: of these, with an online payment",
    "dossiers_in_personal_store": "4.4: dossiers shared to the citizen's store on the portal",
    "citizen_procedures": "4.5a: procedures for citizens",
    "citizen_procedures_connected": "4.5a: of these, connected to the population data",
    "communes": "4.6: communes",
    "communes_certifying": "4.6: of these, offering electronic certified copies",
    "petitions": "5.1-5.3: petitions (PAKN) received",
    "petitions_about_rules": "5.1: of these, about rules and procedures",
    "petitions_about_staff": "5.1: of these, about the conduct of officials",
    "petitions_in_time": "5.2: of these, handled on time or still in time",
    "petitions_satisfied": "5.3: of these, not unsatisfied, repeated or late",
    "dossiers_disliked": "5.4: dossiers in time that have a petition or a dislike on the portal",
    "sipas_asked": "people asked by the SIPAS survey",
    "sipas_satisfied": "of these, satisfied",
}
"""Inputs that no event of a dossier shows, and what each counts; the two of 2.2 events show too."""
