package demo

import "hejie/negotiation"

// span is the longest that a script of the class takes, in working days from filing to its end.
func span(class negotiation.Class) int {
	switch class {
	case negotiation.ClassSC:
		return 24
	case negotiation.ClassSU, negotiation.ClassLC:
		return 30
	case negotiation.ClassWC, negotiation.ClassCE, negotiation.ClassDU:
		return 20
	}
	return 42
}

// ends writes the script of a case that closed under the class.
func (p *play) ends(class negotiation.Class) {
	switch class {
	case negotiation.ClassSC:
		p.confirmed()
	case negotiation.ClassSU:
		p.performs(p.settles())
	case negotiation.ClassWC:
		p.opens().on(3).do(consumer, negotiation.WithdrawCase{Reason: pick(p.r, negotiation.WithdrawSolved, negotiation.WithdrawNoLonger, negotiation.WithdrawMistaken),
			Text: p.one("门店已经当面处理好了。", "不想再花时间，先算了。", "")})
	case negotiation.ClassLC:
		p.opens().on(2).offers(enterprise, p.fair, 8, p.sorry).sees(consumer)
	case negotiation.ClassCE:
		p.on(1).do(consumer, negotiation.Escalate{Text: p.one("不想和商家谈，请直接由监管部门处理。", "之前打过电话，态度很差，申请转投诉。")}).
			takesOn(3).mediates(5)
	case negotiation.ClassTE:
		p.on(4).says(consumer, p.one("三天了没有人理我，请问有人看吗？", "请问什么时候能有答复？")).takesOn(13).mediates(15)
	case negotiation.ClassUE:
		p.fails().takesOn(14).mediates(16)
	case negotiation.ClassSB:
		p.agreesOnOne().on(4+p.days()).disputes(consumer, p.broken).takesOn(7+p.days()).on(9+p.days()).
			do(bureau, negotiation.FindPerformance{Finding: negotiation.FoundNotPerformed, Reasons: "经核实，商家未在约定期限内履行，亦未能提供履行凭证。"}).
			mediates(10 + p.days())
	case negotiation.ClassRR, negotiation.ClassRX:
		p.refusedAndRuled(class == negotiation.ClassRX)
	case negotiation.ClassDU:
		p.on(1).do(consumer, negotiation.Escalate{Text: "同一件事请一并处理。"}).on(3).
			do(bureau, negotiation.Void{Ground: negotiation.VoidDuplicate, Reasons: "与同一消费者就同一订单提交的另一件重复，并入前件处理。"})
	case negotiation.ClassAB:
		p.opens().on(3).do(consumer, negotiation.Escalate{Text: "商家不按我说的十倍赔，转投诉。"}).on(6).
			do(bureau, negotiation.RefuseComplaint{Ground: negotiation.NotConsumerOrNoProof,
				Reasons: "经核查，投诉人短期内就同类商品大量购买并索赔，不能证明系为生活消费需要购买，不予受理。可依消费者权益保护法第三十九条通过其他途径解决。"})
	}
}

// confirmed: settled, performed and confirmed; one in twelve late, one in twelve by an officer's finding.
func (p *play) confirmed() {
	switch p.r.IntN(12) {
	case 0:
		due := p.days()
		p.agreesOnOne().on(4 + due).reports(enterprise).on(5 + due).confirms(consumer)
		p.rates(3, p.one("拖了几天，好在最后办了。", "晚了两天，其他还可以。"))
		return
	case 1:
		p.agreesOnOne().on(5).reports(enterprise).on(6).disputes(consumer, "账户里没有看到这笔钱。").takesOn(8).on(10).
			do(bureau, negotiation.FindPerformance{Finding: negotiation.FoundOnTime, Reasons: "经核对企业提交的履行凭证，约定的事项已在期限内做到，消费者的异议不成立。"}).
			on(11).do(bureau, negotiation.CloseComplaint{Outcome: negotiation.OutcomeSettled, Reasons: "款项已到账，双方确认无争议。"})
		return
	}
	n := p.settles()
	p.performs(n).on(n + 4).confirms(consumer)
	if p.r.IntN(3) > 0 {
		p.rates(3+p.r.IntN(3), p.told(p.thanks))
	}
}

func (p *play) refusedAndRuled(upheld bool) {
	ground, text, reasons := negotiation.NotOurCustomer, "系统里没有查到这位消费者的订单，收款账户也不是我们的。", "经核对付款记录，收款方为该企业员工个人账户，交易真实，拒绝理由不成立。"
	if upheld {
		reasons = "经核对付款凭证，收款方为另一家同名门店，与被投诉企业无关，拒绝理由成立。已告知消费者正确的被投诉人。"
	}
	p.on(1).takes().do(enterprise, negotiation.RefuseCase{Ground: ground, Text: text}).
		on(4).do(bureau, negotiation.RuleOnRefusal{Upheld: upheld, Reasons: reasons})
	if upheld {
		p.on(5).do(bureau, negotiation.RefuseComplaint{Ground: negotiation.OtherByLaw, Reasons: "被投诉主体有误，不予受理，可另行向正确的经营者主张，或依消费者权益保护法第三十九条通过其他途径解决。"})
		return
	}
	p.takesOn(5).mediates(7)
}
