package notify

import (
	"maps"
	"strings"

	"hejie/server/app"
)

// TextOf a row of the outbox; base is the address of the site, for its link.
func TextOf(r app.OutboxRow, base string) string {
	params := map[string]string{"link": base + "/"}
	if r.Case != "" {
		params["link"] = base + "/c/" + r.Case
	}
	maps.Copy(params, r.Params)
	return Text(r.Template, r.Language, params)
}

// Text of a notice in a language (zh when it is not en). Parameters stand in braces. It is "" for a template that nobody knows.
// No text tells what the dispute is about: a phone lies open on a table.
func Text(t app.Template, language string, params map[string]string) string {
	text := textOf[t][0]
	if language == "en" {
		text = textOf[t][1]
	}
	var out strings.Builder
	for {
		before, rest, more := strings.Cut(text, "{")
		out.WriteString(before)
		if !more {
			return out.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		out.WriteString(params[name])
		text = after
	}
}

var textOf = texts()

// texts in Chinese and English. {code} is the case code, but the one-time code in the first.
func texts() map[app.Template][2]string {
	return map[app.Template][2]string{
		app.TemplateCode: {"【和解】验证码 {code}，{minutes} 分钟内有效。请勿告诉任何人。",
			"Hejie: your code is {code}, valid for {minutes} min. Tell it to nobody."},
		app.TemplateCaseFiled: {"【和解】收到新的和解请求 {code}，请在 {due} 24:00 前首次答复：{link}",
			"Hejie: new request {code}. First response due by {due}: {link}"},
		app.TemplateFirstResponse: {"【和解】企业已答复您的请求 {code}：{link}",
			"Hejie: the enterprise has answered your request {code}: {link}"},
		app.TemplateNewOffer: {"【和解】案件 {code} 有新的和解方案，有效期至 {until}：{link}",
			"Hejie: a new offer in case {code}, open until {until}: {link}"},
		app.TemplateOfferDeclined: {"【和解】案件 {code} 中您的方案未被接受：{link}",
			"Hejie: your offer in case {code} was declined: {link}"},
		app.TemplateOfferLapses: {"【和解】案件 {code} 的方案将于 {until} 24:00 失效，请尽快答复：{link}",
			"Hejie: the offer in case {code} lapses after {until}. Please answer: {link}"},
		app.TemplateDeadline: {"【和解】案件 {code} 的期限为 {due}，请查看：{link}",
			"Hejie: a time limit in case {code} ends on {due}: {link}"},
		app.TemplateAccepted: {"【和解】案件 {code} 的方案已被接受，和解协议已生成：{link}",
			"Hejie: the offer in case {code} was accepted; here is the agreement: {link}"},
		app.TemplatePerformanceDue: {"【和解】案件 {code} 的协议事项应在 {due} 24:00 前履行：{link}",
			"Hejie: an item of the agreement in case {code} is due by {due}: {link}"},
		app.TemplatePerformanceAsked: {"【和解】案件 {code}：对方是否已按协议履行？请确认：{link}",
			"Hejie: case {code}: did the other side do what was agreed? Please say: {link}"},
		app.TemplatePerformanceReported: {"【和解】案件 {code}：对方报告已履行，请确认：{link}",
			"Hejie: case {code}: the other side says it is done. Please confirm: {link}"},
		app.TemplatePerformanceDisputed: {"【和解】案件 {code}：对方对履行情况提出异议：{link}",
			"Hejie: case {code}: the other side says it was not done as agreed: {link}"},
		app.TemplateEscalated: {"【和解】案件 {code} 已转为投诉，交市场监管部门处理：{link}",
			"Hejie: case {code} is now a complaint with the market regulator: {link}"},
		app.TemplateComplaintReceived: {"【和解】收到投诉 {code}，请在 {due} 24:00 前决定是否受理：{link}",
			"Hejie: complaint {code} received. Decide on acceptance by {due}: {link}"},
		app.TemplateComplaintAccepted: {"【和解】投诉 {code} 已受理：{link}",
			"Hejie: complaint {code} was accepted: {link}"},
		app.TemplateComplaintRefused: {"【和解】投诉 {code} 不予受理，理由及其他途径：{link}",
			"Hejie: complaint {code} was not accepted. Reasons and other routes: {link}"},
		app.TemplateChase: {"【和解】市场监管部门催办案件 {code}：{link}",
			"Hejie: the market regulator asks you to act in case {code}: {link}"},
		app.TemplateReopened: {"【和解】案件 {code} 已恢复协商：{link}",
			"Hejie: case {code} was taken up again: {link}"},
		app.TemplateDeadlineMoved: {"【和解】案件 {code} 的期限调整为 {due}：{link}",
			"Hejie: a time limit in case {code} was moved to {due}: {link}"},
		app.TemplateClosed: {"【和解】案件 {code} 已结束：{link}",
			"Hejie: case {code} is closed: {link}"},
		app.TemplateAnswerOrLapse: {"【和解】请在 {due} 24:00 前答复案件 {code} 中企业的方案，否则案件会搁置：{link}",
			"Hejie: answer the offer in case {code} by {due}, or the case lapses: {link}"},
		app.TemplateLapsed: {"【和解】案件 {code} 因没有收到您的答复已搁置，{until} 24:00 前可以恢复：{link}",
			"Hejie: case {code} lapsed unanswered. Take it up again until {until}: {link}"},
		app.TemplateUnconfirmed: {"【和解】案件 {code} 的履行未经您确认，已结束。没有收到的话，{until} 24:00 前可以提出异议：{link}",
			"Hejie: case {code} closed unconfirmed. If it was not done, say so by {until}: {link}"},
		app.TemplateAskToSend: {"【和解】案件 {code} 没有谈成。是否送交市场监管部门，由您决定：{link}",
			"Hejie: case {code} was not settled. Send it to the market regulator? {link}"},
		app.TemplateRefusalRuled: {"【和解】市场监管部门已对案件 {code} 的拒绝和解作出认定：{link}",
			"Hejie: the market regulator has ruled on the refusal in case {code}: {link}"},
		app.TemplatePerformanceFound: {"【和解】市场监管部门已认定案件 {code} 的履行情况：{link}",
			"Hejie: the market regulator has found on performance in case {code}: {link}"},
		app.TemplateApplication: {"【和解】{enterprise} 申请入驻，请审核：{link}",
			"Hejie: {enterprise} applies to join. Please decide: {link}"},
		app.TemplateEnrolled: {"【和解】{enterprise} 已入驻，可以登录：{link}",
			"Hejie: {enterprise} is enrolled; you can sign in: {link}"},
		app.TemplateSuspended: {"【和解】{enterprise} 已被暂停，不再接收新案件：{link}",
			"Hejie: {enterprise} is suspended and takes no new cases: {link}"},
		app.TemplateRemoved: {"【和解】{enterprise} 未获准入驻或已被移出，登录可看理由：{link}",
			"Hejie: {enterprise} was not admitted or was removed; sign in to read why: {link}"},
		app.TemplateLeft: {"【和解】{enterprise} 已自行退出：{link}",
			"Hejie: {enterprise} has left the scheme: {link}"},
	}
}
