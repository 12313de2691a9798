package demo

import "hejie/negotiation"

// trainingStories: courses for children and grown-ups.
func trainingStories() []story {
	return []story{{
		goods: "少儿编程课六十节", category: "prepaid", yuan: [2]int{4200, 6800},
		facts:  "给孩子报了六十节编程课，{元}，上了十一节，老师换了三个，上周起改成看录播。问什么时候恢复面授，只说等通知。孩子对着屏幕坐不住，我要求退没有上的课。",
		claim:  []term{pays(negotiation.CancelAndReturnBalance, 80, 10)},
		low:    []term{does(negotiation.ContinueService, 5, "两周内恢复面授，补齐录播课时")},
		fair:   []term{pays(negotiation.CancelAndReturnBalance, 68, 10)},
		proof:  "改为录播的群通知",
		ask:    "请问孩子在哪个校区、哪个班？我们想先核对已经上了几节。",
		answer: "君山校区周六下午班，签到本上是十一节。",
		defend: "新老师下周到岗，恢复面授，录播的课时不算，重新补上。",
		press:  "已经换了三个老师，孩子兴趣都没有了，我想退。",
		sorry:  "理解家长的心情，按合同单价扣除已上课时和教材，余款按六成八退还。",
		thanks: "退款到账，谢谢老师耐心沟通。",
		broken: "退费单签了字，钱一直没有到。",
	}, {
		goods: "公务员考试面授班", category: "contract", yuan: [2]int{5800, 9800},
		facts:  "签了协议班，{元}，合同写笔试不过退八成。成绩出来没有过，申请退费，机构说要先扣教材费、住宿费、服务费，只剩两千，还要排队三个月。",
		claim:  []term{pays(negotiation.Refund, 80, 10)},
		low:    []term{pays(negotiation.Refund, 30, 15)},
		fair:   []term{pays(negotiation.Refund, 70, 10)},
		proof:  "协议班合同",
		ask:    "请把合同的退费条款那一页和成绩截图发来，我们找财务核对。",
		answer: "退费条款和成绩都拍了，条款里没有写要扣住宿。",
		defend: "住宿和教材已经实际发生，按规定扣除后退三成。",
		press:  "合同写得清清楚楚退八成，后加的扣款我不认。",
		sorry:  "核对合同后，住宿费确实没有约定扣除。只扣教材，退七成，十个工作日内到账。",
		thanks: "钱收到了，祝你们以后说话算数。",
		broken: "十个工作日过了，只说排队。",
	}, {
		goods: "成人英语外教课", category: "advertising", yuan: [2]int{2600, 4800},
		facts:  "宣传说全程外教一对一，交了 {元}，上课的老师中文比我还好，问了才知道是本地兼职。群里好几个同学都这样，要求退费没有人回复。",
		claim:  []term{pays(negotiation.CancelAndReturnBalance, 90, 10)},
		low:    []term{does(negotiation.ContinueService, 5, "更换外教，余课照上")},
		fair:   []term{pays(negotiation.CancelAndReturnBalance, 75, 10)},
		proof:  "宣传单与课堂截图",
		ask:    "请问您上课的老师是哪一位？我们先核实他的资质。",
		answer: "群里叫安迪老师，宣传单上写的是外籍全职。",
		defend: "可以给您换一位外籍老师，把余下的课上完。",
		press:  "信任已经没有了，我只想退余下的课费。",
		sorry:  "宣传单写得不实，我们已经撤下。余下课费退七成五。",
		thanks: "已退，感谢。",
		broken: "说退没有退，前台也联系不上了。",
	}}
}
