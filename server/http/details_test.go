package http

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/creditcode"
	"hejie/negotiation/scheme"
	"hejie/server/app"
)

// samples are errors as the rules and the app make them: every code that has parameters.
func samples() []*negotiation.Error {
	until := time.Date(2026, 11, 27, 16, 0, 0, 0, time.UTC) // the end of the 27th in Shanghai
	list := []*negotiation.Error{
		negotiation.NewError(negotiation.CodeMalformed, "expected", "integer").On("items[0].due.days"),
		negotiation.NewError(negotiation.CodeUnknownField, "name", "x"),
		negotiation.NewError(negotiation.CodeRepeatedField, "name", "x"),
		negotiation.NewError(negotiation.CodeUnknownCommand, "type", "x"),
		negotiation.NewError(negotiation.CodeInvalid, "allowed", []string{"one line", "uuid"}),
		negotiation.Invalid("for_daily_life", true),
		negotiation.Invalid("ground", ""),
		negotiation.TooLong("text", 2000, 12345),
		negotiation.OutOfRange("items[0].due.days", 1, 90),
		negotiation.OutOfRange("amount.minor", 1, negotiation.MaxMinor),
		negotiation.OutOfRange("Upload-Length", 1, int64(10<<20)),
		negotiation.OutOfRange("valid_days", 3, 10),
		negotiation.NewError(negotiation.CodeOutOfRange, "min", 1).On("before"),
		negotiation.NewError(negotiation.CodeOutOfRange, "max", 3).On("subscribe"),
		negotiation.NewError(negotiation.CodeOfferBinds, "until", until, "offer", 2),
		negotiation.NewError(negotiation.CodeOfferSeen, "until", until, "offer", 2),
		negotiation.NewError(negotiation.CodeReasonRequired, "limit", negotiation.CNY(30_000)).On("reason"),
		negotiation.NewError(negotiation.CodeOverAuthority, "limit", negotiation.CNY(50000), "amount", negotiation.CNY(60001)),
		negotiation.NewError(negotiation.CodeAlreadyDone, "item", 0).On("item"),
		negotiation.NewError(negotiation.CodeTooLate, "until", until),
		negotiation.NewError(negotiation.CodeTooLate, "until", time.Time{}),
		negotiation.NewError(negotiation.CodeNotReported, "item", 0).On("item"),
		negotiation.NewError(negotiation.CodeNoSuchItem, "item", 7).On("item"),
		negotiation.NewError(negotiation.CodeItemWaits, "item", 1, "after", 0).On("item"),
		negotiation.NewError(negotiation.CodeNotRunning, "deadline", negotiation.FirstResponse),
		negotiation.NewError(negotiation.CodeNotDue, "item", 0, "due", until).On("item"),
		negotiation.NewError(negotiation.CodeNotDue, "deadline", negotiation.FirstResponse, "due", until.Add(-90*time.Minute)),
		negotiation.NewError(negotiation.CodeRateLimited, "retry_after", 45, "max", 1, "per", "minute"),
		negotiation.NewError(negotiation.CodeRateLimited, "retry_after", int64(80_000), "max", 1, "per", "day"),
		negotiation.NewError(negotiation.CodeTooManyOffers, "max", 30),
		negotiation.NewError(negotiation.CodeTooManyFiles, "max", 20),
		negotiation.NewError(negotiation.CodeTooManyCases, "max", 5),
		negotiation.NewError(app.CodeWeakPassword, "min", 12),
		negotiation.NewError(app.CodeTooManyReplies, "max", 200), negotiation.NewError(app.CodeUnknownPlace, "place", "姓名", "allowed", app.Places[:]).On("text"),
		negotiation.NewError(app.CodeTooManyStaff, "max", 200),
		negotiation.NewError(app.CodeTooLarge, "max", int64(10<<20)),
		negotiation.NewError(app.CodeUnsupportedMedia, "allowed", app.FileTypes()),
		negotiation.NewError(codeOtherVersion, "allowed", tus),
		negotiation.NewError(app.CodeWrongOffset, "offset", int64(123456)),
		negotiation.NewError(app.CodeImageTooBig, "max", 40_000_000),
		negotiation.NewError(app.CodeOpenCases, "count", 2),
	}
	for _, phase := range []negotiation.Phase{negotiation.PhaseNone, negotiation.PhaseAwaitingResponse, negotiation.PhaseNegotiating, negotiation.PhaseAgreed, negotiation.PhaseEscalated,
		negotiation.PhaseAccepted, negotiation.PhaseClosed} {
		list = append(list, negotiation.NewError(negotiation.CodeWrongPhase, "phase", phase))
	}
	for _, state := range []negotiation.OfferState{negotiation.StateOpen, negotiation.StateAccepted, negotiation.StateDeclined, negotiation.StateCountered, negotiation.StateReplaced,
		negotiation.StateWithdrawn, negotiation.StateLapsed} {
		list = append(list, negotiation.NewError(negotiation.CodeOfferNotOpen, "offer", 1, "state", state))
	}
	for _, status := range append(scheme.Statuses[:], scheme.StatusNone) {
		list = append(list, negotiation.NewError(negotiation.CodeWrongPhase, "phase", status), negotiation.NewError(app.CodeNotApproved, "status", status))
	}
	for _, reason := range []creditcode.Reason{creditcode.Length, creditcode.Alphabet, creditcode.Check} {
		list = append(list, negotiation.NewError(negotiation.CodeInvalid, "reason", string(reason)).On("credit_code"))
	}
	for _, scope := range []string{"order", "enterprise", "consumer"} {
		list = append(list, negotiation.NewError(negotiation.CodeTooManyCases, "scope", scope, "max", 1))
	}
	return list
}

// What is said of a refusal is for people: no dump of a value, no token of the vocabulary, nothing left out.
func TestEveryDetailIsForPeople(t *testing.T) {
	t.Parallel()
	raw := regexp.MustCompile(`UTC|\+0000|T\d\d:|%!|[{}<>]|CNY|\b(negotiating|awaiting_response|escalated|countered|lapsed|first_response|pending|suspended|scope|per)\b|0001`)
	list := samples()
	for code, x := range texts {
		if len(placeholders(x.enDetail)) > 0 && x.status < 500 {
			require.True(t, slices.ContainsFunc(list, func(e *negotiation.Error) bool { return e.Code == code }), "no sample of %s", code)
		}
		if app.CodeUnsupportedMedia != code { // every other may come without parameters
			list = append(list, negotiation.NewError(code))
		}
	}
	for _, e := range list {
		for _, language := range []string{"zh", "en"} {
			title, detail := sentences(language, e)
			if needsParams(e) {
				continue
			}
			require.NotEmpty(t, title, e)
			require.NotEmpty(t, detail, "%v in %s", e, language)
			require.NotRegexp(t, raw, detail, e)
			require.Equal(t, language == "zh", strings.ContainsAny(detail, "。"), "%v in %s: %s", e, language, detail)
		}
	}
}

// needsParams says whether the error lacks what its code always comes with.
func needsParams(e *negotiation.Error) bool {
	return len(e.Params) == 0 && len(placeholders(texts[e.Code].enDetail)) > 0 && bare[e.Code] == nil
}

func TestDetailsSayWhatIsWrongAndTheMend(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 11, 27, 16, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		err    *negotiation.Error
		zh, en string
	}{
		{negotiation.NewError(negotiation.CodeOfferBinds, "until", until), "方案在 2026 年 11 月 27 日 24:00 前有约束力，不得撤销，替换的方案每一项都不能更差（民法典第四百七十六条）。",
			"It binds until 27 Nov 2026, 24:00: it is not taken back, and what replaces it is worse in no item (Civil Code art. 476)."},
		{negotiation.NewError(negotiation.CodeReasonRequired, "limit", negotiation.CNY(30_000)), "金额超过 ¥300.00（争议金额的三倍），请说明理由。", "The amount is above ¥300.00, three times the disputed one. Say why."},
		{negotiation.NewError(negotiation.CodeOfferNotOpen, "state", negotiation.StateCountered), "该方案：对方已还价。请刷新，按桌面上现在的方案办理。", "The offer is: answered by a counter-offer. Load the case again and answer the one that is on the table."},
		{negotiation.OutOfRange("items[0].due.days", 1, 90), "须在 1 至 90 之间，而且最后一项最迟在接受后 90 天（自然日）内完成，工作日和先后相接的各项都折算在内。请减少天数。", ""},
		{negotiation.OutOfRange("amount.minor", 1, negotiation.MaxMinor), "", "From ¥0.01 to ¥10,000,000.00, in fen."},
		{negotiation.NewError(negotiation.CodeTooManyCases, "scope", "order", "max", 1), "同一订单最多 1 件进行中的案件，请在已有的案件里继续。", ""},
		{negotiation.NewError(negotiation.CodeNotDue, "due", until.Add(-90*time.Minute)), "期限到 2026 年 11 月 27 日 22:30 届满，在此之前不能这样做。", ""},
		{negotiation.NewError(negotiation.CodeItemWaits, "item", 1, "after", 0), "第 2 项要等第 1 项报告完成后才轮到。", ""},
		{negotiation.NewError(app.CodeTooLarge, "max", int64(10<<20)), "", "At most 10 MB. Send less, or compress it."},
		{negotiation.NewError(negotiation.CodeRateLimited, "retry_after", 80_000), "请在 23 小时后再试。", "Try again in 23 hours."},
	} {
		for language, want := range map[string]string{"zh": c.zh, "en": c.en} {
			if want == "" {
				continue
			}
			_, detail := sentences(language, c.err)
			require.Equal(t, want, detail, fmt.Sprint(c.err))
		}
	}
}
