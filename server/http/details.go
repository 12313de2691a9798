package http

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"hejie/negotiation"
	"hejie/negotiation/creditcode"
	"hejie/negotiation/scheme"
	"hejie/negotiation/workday"
	"hejie/server/app"
)

// nearer are details of a code that say more for one value of its params reason, scope or status, or about one field.
var nearer = map[string]text{
	negotiation.CodeInvalid + "." + string(creditcode.Length):   {enDetail: "A unified social credit code has 18 characters. Copy it from the licence.", zhDetail: "统一社会信用代码有 18 位，请对照营业执照填写。"},
	negotiation.CodeInvalid + "." + string(creditcode.Alphabet): {enDetail: "A character stands where it cannot: the letters I, O, S, V and Z never do, and the third to eighth are digits. Compare it with the licence.", zhDetail: "有字符不该出现：代码里没有字母 I、O、S、V、Z，第 3 至 8 位是数字。请对照营业执照核对。"},
	negotiation.CodeInvalid + "." + string(creditcode.Check):    {enDetail: "The last character does not fit the others, so one is mistyped. Compare it with the licence.", zhDetail: "最后一位校验码与前面各位不符，有一位打错了。请对照营业执照核对。"},
	negotiation.CodeOutOfRange + ".days":                        {enDetail: "From {min} to {max}, and the last item is due {max} calendar days after acceptance at the latest, working days and chains of items counted out. Take fewer days.", zhDetail: "须在 {min} 至 {max} 之间，而且最后一项最迟在接受后 {max} 天（自然日）内完成，工作日和先后相接的各项都折算在内。请减少天数。"},
	negotiation.CodeOutOfRange + ".minor":                       {enDetail: "From {min:fen} to {max:fen}, in fen.", zhDetail: "须在 {min:fen} 至 {max:fen} 之间，以分为单位填写。"},
	negotiation.CodeOutOfRange + ".Upload-Length":               {enDetail: "From {min} byte to {max:size}.", zhDetail: "须在 {min} 字节至 {max:size}之间。"},
	negotiation.CodeAlreadyDone + ".item":                       {enDetail: "Item {item:ordinal} was reported, confirmed or disputed before, or the time to dispute it is over. Load the case again.", zhDetail: "第 {item:ordinal} 项已经报告、确认或提出过异议，或者异议期限已过。请刷新案件查看。"},
	negotiation.CodeNotDue + ".item":                            {enDetail: "Item {item:ordinal} is due at {due}; it can be disputed after that.", zhDetail: "第 {item:ordinal} 项到 {due} 才到期，之后才能提出异议。"},
	negotiation.CodeTooManyCases + ".order":                     {enDetail: "At most {max} open ones about the same order. Go on in the one that is open.", zhDetail: "同一订单最多 {max} 件进行中的案件，请在已有的案件里继续。"},
	negotiation.CodeTooManyCases + ".enterprise":                {enDetail: "At most {max} open ones with the same enterprise. End one of them first.", zhDetail: "与同一企业最多 {max} 件进行中的案件，请先了结其中一件。"},
	negotiation.CodeTooManyCases + ".consumer":                  {enDetail: "At most {max} open ones of one consumer. End one of them first.", zhDetail: "每位消费者最多 {max} 件进行中的案件，请先了结其中一件。"},
	app.CodeNotApproved + "." + string(scheme.StatusPending):    {enDetail: "The bureau is looking at the application; sign in when it is approved.", zhDetail: "市场监管部门正在审核申请，批准后即可登录。"},
	codeNotReady + ".ending":                                    {enDetail: "It is shutting down. Ask another replica, or again in a moment.", zhDetail: "正在停止，请改用其他副本，或者稍后再试。"},
	codeNotReady + ".no_database":                               {enDetail: "Its database does not answer. See that it runs and can be reached.", zhDetail: "数据库没有应答，请检查数据库是否运行、能否连通。"},
	codeNotReady + ".read_only":                                 {enDetail: "Its database takes no writes: it is a standby, or default_transaction_read_only is on. Promote it, or point --database to the primary.", zhDetail: "数据库不接受写入：它是备库，或者设置了 default_transaction_read_only。请把它提升为主库，或者让 --database 指向主库。"},
	negotiation.CodeRequired + ".do":                            {enDetail: "The command is missing: it stands in do.", zhDetail: "缺少命令，请放在 do 里。"},
}

// bare are the details for want of the parameters of those in texts.
var bare = map[string][]text{
	negotiation.CodeMalformed: {{enDetail: "It cannot be read, or broke off on the way. Check its form and send it again.", zhDetail: "无法读取，或者传输中断。请检查格式后重新发送。"}},
	negotiation.CodeInvalid:   {{enDetail: "The value cannot be taken. Check it.", zhDetail: "不能接受这个值，请检查。"}},
	negotiation.CodeOutOfRange: {
		{enDetail: "At least {min}.", zhDetail: "至少 {min}。"},
		{enDetail: "At most {max}.", zhDetail: "最多 {max}。"},
		{enDetail: "The value is too small or too big.", zhDetail: "值太小或太大。"},
	},
	negotiation.CodeOfferNotOpen: {{enDetail: "No offer of that kind is on the table. Load the case again.", zhDetail: "桌面上没有这样的方案，请刷新案件。"}},
	negotiation.CodeTooLate:      {{enDetail: "The time for it is over.", zhDetail: "期限已经过了。"}},
	negotiation.CodeNotDue:       {{enDetail: "Its time has not come. Load the case again for the day.", zhDetail: "还没有到时候，请刷新案件查看日期。"}},
}

// sentences gives title and detail of an error in a language: the nearest detail whose parameters are all there.
func sentences(language string, e *negotiation.Error) (title, detail string) {
	t := texts[e.Code]
	list := []text{t}
	if e.Code == app.CodeBadCalendar {
		list = []text{calendarTexts[fmt.Sprint(e.Params["reason"])], t}
	}
	for _, more := range []any{e.Params["reason"], e.Params["scope"], e.Params["status"], e.Field[strings.LastIndexByte(e.Field, '.')+1:]} {
		if n, ok := nearer[e.Code+"."+fmt.Sprint(more)]; ok {
			list = append([]text{n}, list...)
			break
		}
	}
	for _, one := range append(list, bare[e.Code]...) {
		if detail = filled(language, one.detailIn(language), e.Params); detail != "" {
			break
		}
	}
	if language == "en" {
		return t.en, detail
	}
	return t.zh, detail
}

// Said is an error for who has no screen before them: what it is about, what is wrong and the mend, in English, and the code.
func Said(e *negotiation.Error) string {
	title, detail := sentences("en", e)
	said := strings.TrimSpace(title+". "+detail) + " (" + e.Code + ")"
	if e.Field != "" {
		return e.Field + ": " + said
	}
	return said
}

func (t text) detailIn(language string) string {
	if language == "en" {
		return t.enDetail
	}
	return t.zhDetail
}

var placeholder = regexp.MustCompile(`\{(\w+)(?::(\w+))?\}`)

// filled puts the parameters into a detail, {name} or {name:kind}; "" when one is missing.
func filled(language, detail string, params map[string]any) string {
	whole := true
	said := placeholder.ReplaceAllStringFunc(detail, func(found string) string {
		m := placeholder.FindStringSubmatch(found)
		words := said(language, m[2], params[m[1]])
		whole = whole && words != ""
		return words
	})
	if !whole {
		return ""
	}
	return said
}

// said is a parameter in words. Kinds: ordinal (an index, said from 1), fen, size (bytes), wait (seconds); any other value tells by its
// type how it is said: an instant as a day in Shanghai, an amount with its sign, a word of the rules in the language, a list with its
// commas. "" is for what is not there.
func said(language, kind string, value any) string {
	en := language == "en"
	switch v := value.(type) {
	case nil:
		return ""
	case time.Time:
		return moment(en, v)
	case negotiation.Money:
		return yuan(v.Minor)
	}
	list := reflect.ValueOf(value)
	switch {
	case list.CanInt():
		return number(en, kind, list.Int())
	case list.Kind() == reflect.Slice, list.Kind() == reflect.Array:
		words := make([]string, list.Len())
		for i := range words {
			words[i] = said(language, kind, list.Index(i).Interface())
		}
		return strings.Join(words, pick(en, ", ", "、"))
	}
	if w, ok := vocabulary[value]; ok {
		return pick(en, w[0], w[1])
	}
	words := fmt.Sprint(value)
	if zh := allowed[words]; zh != "" && !en {
		return zh
	}
	return words
}

// moment is an instant as people read it: a day's end is 24:00 of that day, as on the screens.
func moment(en bool, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	at = at.In(workday.Shanghai)
	clock := at.Format("15:04")
	if clock == "00:00" {
		at, clock = at.Add(-time.Minute), "24:00"
	}
	return at.Format(pick(en, "2 Jan 2006, ", "2006 年 1 月 2 日 ")) + clock
}

// number of a kind; from 10,000 on with commas, as years have none.
func number(en bool, kind string, n int64) string {
	switch kind {
	case "ordinal":
		return strconv.FormatInt(n+1, 10)
	case "fen":
		return yuan(n)
	case "size":
		for _, unit := range []struct {
			bytes int64
			name  string
		}{{1 << 20, " MB"}, {1 << 10, " KB"}} {
			if n >= unit.bytes && n%unit.bytes == 0 {
				return grouped(n/unit.bytes) + unit.name
			}
		}
		return grouped(n) + pick(en, " bytes", " 字节")
	case "wait":
		switch {
		case n < 120:
			return grouped(n) + pick(en, " seconds", " 秒")
		case n < 2*3600:
			return grouped((n+59)/60) + pick(en, " minutes", " 分钟")
		}
		return grouped((n+3599)/3600) + pick(en, " hours", " 小时")
	}
	if n < 10_000 {
		return strconv.FormatInt(n, 10)
	}
	return grouped(n)
}

func yuan(fen int64) string { return fmt.Sprintf("¥%s.%02d", grouped(fen/100), fen%100) }

// grouped is 1,000,000.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func pick(first bool, one, other string) string {
	if first {
		return one
	}
	return other
}

// vocabulary are the words of the rules that stand in details: English, Chinese.
var vocabulary = map[any][2]string{
	negotiation.PhaseNone:             {"not filed", "尚未提出"},
	negotiation.PhaseAwaitingResponse: {"awaiting the first response", "等待首次答复"},
	negotiation.PhaseNegotiating:      {"in negotiation", "协商中"},
	negotiation.PhaseAgreed:           {"an agreement is being performed", "协议履行中"},
	negotiation.PhaseEscalated:        {"sent as a complaint", "已转投诉"},
	negotiation.PhaseAccepted:         {"the complaint was accepted", "投诉已受理"},
	negotiation.PhaseClosed:           {"closed", "已结束"},

	negotiation.StateOpen:      {"awaiting an answer", "等待答复"},
	negotiation.StateAccepted:  {"accepted", "已接受"},
	negotiation.StateDeclined:  {"not accepted", "未接受"},
	negotiation.StateCountered: {"answered by a counter-offer", "对方已还价"},
	negotiation.StateReplaced:  {"replaced by another", "已换成新方案"},
	negotiation.StateWithdrawn: {"taken back", "已撤回"},
	negotiation.StateLapsed:    {"no longer valid", "已过期"},

	scheme.StatusNone:      {"not applied", "尚未申请"},
	scheme.StatusPending:   {"under review", "审核中"},
	scheme.StatusEnrolled:  {"enrolled", "已入驻"},
	scheme.StatusSuspended: {"takes no new cases", "暂停接收新案件"},
	scheme.StatusRemoved:   {"not admitted or removed", "未获准或已被移出"},
	scheme.StatusLeft:      {"left", "已退出"},
	"":                     {"nothing", "留空"},
}
