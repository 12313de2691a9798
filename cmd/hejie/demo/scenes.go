package demo

import (
	"hejie/negotiation"
	"hejie/negotiation/workday"
)

// What several scripts have in common. Numbers are working days after filing.

// opens: the desk takes the case, greets or asks, and hears the answer; on the day after filing, or of it when it is quick and there is time.
func (p *play) opens() *play {
	n := 1
	if p.r.IntN(100) < p.quick && p.filed.In(workday.Shanghai).Hour() < 16 {
		n = 0
	}
	p.on(n).takes()
	if p.r.IntN(4) > 0 {
		return p.asks().answers()
	}
	return p.says(enterprise, p.one(
		"您好，我们已经收到您的诉求，正在核实，今明两天给您方案。",
		"您好，给您带来不便很抱歉，我先去核对订单和当时的记录。",
		"您好，我是负责您这件事的客服，情况已经看过了，稍后给您答复。"))
}

// bargains: a low offer, the consumer's refusal or counter-offer, then a fair offer that lies open. It ends n+2 days after filing.
func (p *play) bargains(n int) *play {
	p.on(n).offers(enterprise, p.low, 5, p.defend).sees(consumer)
	if p.haggles() && p.r.IntN(2) == 0 {
		p.on(n+1).offers(consumer, shared(p.fair, (p.fair[0].share+p.claim[0].share+1)/2), 5, p.press)
	} else {
		p.on(n+1).declines(consumer, p.press)
	}
	return p.on(n+2).offers(enterprise, p.fair, 5, p.sorry)
}

// settles: one of the ways to an agreement, the last step at most five days after filing. It gives that day.
func (p *play) settles() int {
	switch p.r.IntN(5) {
	case 0: // the claim as it stands
		p.opens().on(2).accepts(enterprise)
		return 2
	case 1, 2: // the first offer is fair
		p.opens().on(2).offers(enterprise, p.fair, 5, p.sorry).sees(consumer).on(3).accepts(consumer)
		return 3
	case 3: // the consumer names the terms, the desk takes them
		p.opens().on(2).offers(enterprise, p.low, 5, p.defend).on(3).offers(consumer, p.fair, 5, p.press).on(4).accepts(enterprise)
		return 4
	default:
		p.opens().bargains(2).on(5).sees(consumer).accepts(consumer)
		return 5
	}
}

// performs what was agreed on day n, in time: all is reported on day n+2.
func (p *play) performs(n int) *play {
	p.on(n + 1).reports(consumer) // what the enterprise waits for
	return p.on(n + 2).confirms(enterprise).reports(enterprise)
}

// agreesOnOne: an agreement on day 3 of one item, the enterprise's.
func (p *play) agreesOnOne() *play {
	return p.opens().on(2).offers(enterprise, p.plain(), 5, p.sorry).sees(consumer).on(3).accepts(consumer)
}

// plain is a fair item that the consumer need do nothing for, or money instead of it.
func (p *play) plain() []term {
	if p.fair[0].by == enterprise {
		return p.fair[:1]
	}
	return []term{pays(negotiation.Refund, 70, 5)}
}

// days in which the plain item is due.
func (p *play) days() int { return p.plain()[0].due.Days }

// fails: real negotiation that comes to nothing; the deadline does the rest.
func (p *play) fails() *play {
	p.opens().on(3).offers(enterprise, p.low, 5, p.defend).sees(consumer)
	return p.on(5).declines(consumer, p.press).on(7).says(consumer, p.one(
		"等了几天还是没有新的说法，是不是就打算这样拖下去？", "请给一个能接受的方案，否则只能请市场监管部门来处理。",
		"已经说得很清楚了，请不要再让我等。"))
}

// officer's words.
func (p *play) takesOn(n int) *play {
	return p.on(n).do(bureau, negotiation.AcceptComplaint{Text: p.one(
		"经核查，投诉符合受理条件，决定受理，将组织双方调解。", "材料齐全，属于本局职责范围，予以受理。",
		"已受理。请双方在三个工作日内补充证据。")})
}

// mediates a complaint that the bureau took on and ends it: settled, or terminated.
func (p *play) mediates(n int) {
	p.on(n).says(bureau, p.one("请商家就消费者的主张逐项书面说明，并提供当时的收费或检测依据。",
		"今天电话听取了双方意见，分歧主要在金额，请各自再考虑。", "请消费者把付款凭证补充到房间里。"))
	p.on(n+2).says(enterprise, p.one("说明已经提交，依据在附件里，请审阅。", "我们愿意在原方案上再让一步。"))
	if p.r.IntN(5) < 3 {
		p.on(n+5).do(bureau, negotiation.CloseComplaint{Outcome: negotiation.OutcomeSettled,
			Reasons: p.one("经调解双方达成一致，款项已当场支付。", "双方自愿达成调解协议并已履行完毕。")})
		return
	}
	p.on(n+5).do(bureau, negotiation.CloseComplaint{Outcome: negotiation.OutcomeTerminated, Ground: "no_agreement_declared",
		Reasons: p.one("双方分歧较大，无法达成一致，依法终止调解，消费者可以提起诉讼或者申请仲裁。", "被投诉人明确不同意调解方案，终止调解。")})
}
