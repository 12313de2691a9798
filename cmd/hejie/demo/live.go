package demo

import "hejie/negotiation"

// liveCase is a case that the demo shows as it stands today.
type liveCase struct {
	key      string // what it is there to show
	desk     int
	story    int
	consumer int // a headliner
	ago      int // filed so many working days before today; 0: a little before now
	askFirst bool
	script   func(p *play)
	phase    negotiation.Phase
	class    negotiation.Class
}

// liveCases: every phase, every reason to escalate, and what lies between. The last four are closed but not yet over.
func liveCases() []liveCase {
	const (
		awaiting, negotiating, agreed = negotiation.PhaseAwaitingResponse, negotiation.PhaseNegotiating, negotiation.PhaseAgreed
		escalated, accepted, closed   = negotiation.PhaseEscalated, negotiation.PhaseAccepted, negotiation.PhaseClosed
	)
	return []liveCase{
		{"just filed", appliance, 0, 0, 0, false, func(*play) {}, awaiting, ""},
		{"filed yesterday", clothing, 4, 3, 1, false, (*play).pleads, awaiting, ""},
		{"first response due today", dining, 0, 1, 2, false, func(p *play) { p.shows(consumer, receipt) }, awaiting, ""},
		{"first response overdue", decoration, 1, 4, 6, false, (*play).waits, awaiting, ""},
		{"first response overdue, small desk", training, 0, 7, 4, false, (*play).waits, awaiting, ""},

		{"question open", appliance, 4, 1, 2, false, func(p *play) { p.on(1).takes().asks() }, negotiating, ""},
		{"question answered", fitness, 1, 2, 3, false, func(p *play) { p.on(1).takes().asks().on(2).answers().shows(consumer, photo) }, negotiating, ""},
		{"enterprise's offer, seen", clothing, 0, 0, 4, false, func(p *play) {
			p.shows(consumer, photo).on(1).takes().asks().answers().on(2).offers(enterprise, p.low, 5, p.defend).sees(consumer)
		}, negotiating, ""},
		{"enterprise's offer, unseen", fitness, 3, 5, 2, false, func(p *play) { p.opens().offers(enterprise, p.fair, 5, p.sorry) }, negotiating, ""},
		{"consumer's counter-offer", dining, 1, 2, 5, false, func(p *play) {
			p.opens().on(2).offers(enterprise, []term{pays(negotiation.Refund, 25, 5)}, 5, p.defend).sees(consumer).on(4).offers(consumer, p.fair, 5, p.press)
		}, negotiating, ""},
		{"request for approval", appliance, 1, 3, 5, false, func(p *play) {
			p.agent = p.people[limited]
			p.haggle(4)
			p.requests(p.fair, 5, p.sorry, "消费者有转账截图，收费标准当时确实没有说清。再拖下去会转投诉，建议按六成五退并补开明细。")
		}, negotiating, ""},
		{"countered several times, enterprise's offer open", clothing, 6, 6, 6, false, func(p *play) { p.haggle(5) }, negotiating, ""},
		{"countered several times, consumer's offer open", fitness, 0, 0, 7, false, func(p *play) {
			p.haggle(6)
			p.notes("余额按未使用月份折算最多五成五，再高要报总经理批。")
		}, negotiating, ""},
		{"about to lapse", dining, 3, 8, 9, false, func(p *play) { p.opens().on(4).offers(enterprise, p.fair, 8, p.sorry).sees(consumer) }, negotiating, ""},
		{"about to escalate", appliance, 2, 4, 9, false, func(p *play) { p.fails() }, negotiating, ""},
		{"declined", clothing, 2, 5, 4, false, func(p *play) {
			p.opens().on(2).offers(enterprise, p.low, 5, p.defend).sees(consumer).on(3).declines(consumer, p.press)
		}, negotiating, ""},
		{"reopened", fitness, 5, 9, 15, false, func(p *play) {
			p.opens().on(2).offers(enterprise, p.low, 8, p.defend).sees(consumer).on(13).do(consumer, negotiation.Reopen{}).
				says(consumer, "前几天出差没有看到消息，还是想把这件事谈完。")
		}, negotiating, ""},

		{"agreed, running", appliance, 3, 2, 4, false, func(p *play) {
			p.opens().on(2).offers(enterprise, []term{pays(negotiation.Refund, 40, 5)}, 5, p.sorry).sees(consumer).on(3).accepts(consumer)
		}, agreed, ""},
		{"agreed, consumer ships first", clothing, 2, 8, 4, false, func(p *play) {
			p.opens().on(2).offers(enterprise, p.fair, 5, p.sorry).sees(consumer).on(3).accepts(consumer)
		}, agreed, ""},
		{"shipped, refund's clock runs", clothing, 0, 7, 6, false, func(p *play) {
			p.opens().on(2).offers(enterprise, p.fair, 5, p.sorry).sees(consumer).on(3).accepts(consumer).on(5).reports(consumer)
		}, agreed, ""},
		{"reported, waits for confirmation", dining, 2, 0, 6, false, func(p *play) {
			p.opens().on(2).offers(enterprise, p.fair, 5, p.sorry).on(3).accepts(consumer).on(4).reports(enterprise).shows(enterprise, transfer)
		}, agreed, ""},
		{"several items reported", appliance, 6, 10, 7, false, func(p *play) {
			p.opens().bargains(2).on(5).accepts(consumer).on(6).reports(enterprise)
		}, agreed, ""},
		{"due passed, consumer asked", fitness, 2, 11, 11, false, func(p *play) {
			p.opens().on(2).offers(enterprise, p.fair, 5, p.sorry).sees(consumer).on(3).accepts(consumer)
		}, agreed, ""},

		{"said to be broken", fitness, 6, 6, 12, false, func(p *play) {
			p.agreesOnOne().on(5).reports(enterprise).on(8).disputes(consumer, p.broken)
		}, escalated, "SB"},
		{"no report, no word", appliance, 4, 9, 13, false, func(p *play) {
			p.opens().on(2).offers(enterprise, []term{pays(negotiation.Refund, 60, 4)}, 5, p.sorry).on(3).accepts(consumer)
		}, escalated, "SB"},
		{"never answered", fitness, 4, 3, 13, false, (*play).waits, escalated, "TE"},
		{"negotiated without result", clothing, 3, 1, 13, false, func(p *play) { p.fails() }, escalated, "UE"},
		{"consumer chose to complain", dining, 5, 10, 5, false, func(p *play) {
			p.opens().on(2).offers(enterprise, p.low, 5, p.defend).sees(consumer).
				on(4).do(consumer, negotiation.Escalate{Text: "不同意转到总店，请监管部门处理。"})
		}, escalated, "UE"},
		{"enterprise chose to send it on", appliance, 7, 6, 7, false, func(p *play) {
			p.opens().bargains(2).on(5).declines(consumer, "还是不能接受。").on(6).
				do(enterprise, negotiation.Escalate{Text: "双方分歧较大，请监管部门介入认定责任。"})
		}, escalated, "UE"},
		{"refused by the enterprise", dining, 4, 4, 4, false, func(p *play) {
			p.shows(consumer, photo).on(2).takes().do(enterprise, negotiation.RefuseCase{Ground: negotiation.NotOurCustomer,
				Text: "订单来自另一家同名民宿，我们没有三零六房，也没有收到这笔款。"})
		}, escalated, "RR"},
		{"own shipment contested", clothing, 5, 9, 9, false, func(p *play) {
			p.opens().on(2).offers(enterprise, []term{ships("寄回西装，运费到付"), pays(negotiation.ReturnAndRefund, 70, 5).then()}, 5, p.sorry).
				on(3).accepts(consumer).on(4).reports(consumer).on(6).disputes(enterprise, "仓库没有收到包裹。").
				on(7).says(consumer, "物流显示已由前台签收，签收单发在这里。").do(consumer, negotiation.Escalate{Text: "商家不认签收，请监管部门核实。"})
		}, escalated, "SB"},
		{"sent on later", appliance, 5, 11, 14, true, func(p *play) {
			p.fails().on(12).do(consumer, negotiation.Escalate{Text: "想了两天，还是请市场监管部门处理。"})
		}, escalated, "UE"},
		{"enterprise removed", leaving, 4, 7, 7, false, func(p *play) { p.on(1).asks().answers() }, escalated, "UE"},
		{"bureau's decision overdue", fitness, 1, 10, 21, false, func(p *play) { p.fails() }, escalated, "UE"},
		{"accepted, in mediation", appliance, 2, 5, 18, false, func(p *play) {
			p.fails().takesOn(13).on(14).says(bureau, "请商家说明三次失约的原因，并就食材损失提出方案。").on(15).says(enterprise, "三次失约属实，我们正在核算食材损失。")
		}, accepted, "UE"},
		{"settling during the complaint", fitness, 0, 8, 19, false, func(p *play) {
			p.fails().takesOn(13).on(15).offers(enterprise, p.fair, 5, p.sorry).sees(consumer).on(17).accepts(consumer)
		}, accepted, "UE"},

		{"closed, not sent: ask me first", training, 2, 0, 14, true, func(p *play) { p.fails() }, closed, "UE"},
		{"not confirmed, can still be disputed", clothing, 1, 4, 17, false, func(p *play) { p.agreesOnOne().on(5).reports(enterprise) }, closed, "SU"},
		{"lapsed, can be reopened", dining, 6, 2, 14, false, func(p *play) { p.opens().on(3).offers(enterprise, p.fair, 8, p.sorry).sees(consumer) }, closed, "LC"},
		{"withdrawn, can be undone", appliance, 3, 3, 4, false, func(p *play) {
			p.opens().on(2).do(consumer, negotiation.WithdrawCase{Reason: negotiation.WithdrawNoLonger, Text: "想再看看，先撤回。"})
		}, closed, "WC"},
	}
}

// pleads: a word and a picture right after filing.
func (p *play) pleads() {
	p.shows(consumer, photo).says(consumer, "照片已经补上，麻烦尽快看一下。")
}

// waits: the consumer asks into the silence.
func (p *play) waits() {
	p.on(2).says(consumer, "请问有人看到吗？希望这两天给个答复。").on(3).says(consumer, "还是没有回音。")
}

// haggle takes turns over one amount, the enterprise first; each offer answers the one before.
func (p *play) haggle(rounds int) {
	p.opens()
	low, high := p.low[0].share, p.claim[0].share
	step := (high - low) / (rounds + 1)
	for i := range rounds {
		p.on(2 + i/2)
		if i%2 == 0 {
			p.offers(enterprise, shared(p.low, low), 5, p.one(p.defend, "我们再让一步，您看这样可以吗？")).sees(consumer)
			low += step
		} else {
			high -= step
			p.offers(consumer, shared(p.claim, high), 5, p.one(p.press, "我也退一步，再低就不能接受了。"))
		}
	}
}
