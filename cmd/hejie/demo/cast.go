package demo

import (
	"github.com/alexedwards/argon2id"

	"hejie/negotiation"
	"hejie/server/app"
)

// Password of every account of the demo that signs in with one.
const Password = "hejie-demo-2026"

// HashParams of the demo's passwords. Everybody knows them, so they need not take long.
func HashParams() *argon2id.Params {
	return &argon2id.Params{Memory: 1 << 10, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// person of the cast. Key is what the demo's pages call them; staff sign in with it.
type person struct {
	key   string
	name  string
	phone string
}

// office is a bureau with its officers.
type office struct {
	app.Bureau
	officers []person
}

// desk is an enterprise with its people, its stories and the fates of its closed cases.
type desk struct {
	name       string
	code       string // the first sixteen characters of its credit code
	region     string
	address    string
	industry   string // GB/T 4754
	quick      int    // percent of cases that it answers on the day of filing
	supervisor person
	agents     []person
	stories    []story
	closed     []fate
}

// replies that every desk has saved.
func replies() []app.SavedReply {
	return []app.SavedReply{
		{Name: "开场", Text: "{姓}先生/女士，您好！您的纠纷（{案号}）由我负责处理。我先核对订单和记录，今天之内给您答复。"},
		{Name: "请补充照片", Text: "为了尽快核实，麻烦您补充几张照片：整体一张，有问题的地方一张，购买凭证一张。点输入框旁的回形针就能上传。"},
		{Name: "退款多久到账", Text: "您接受方案以后，我们按方案写明的期限原路退回；银行入账一般还要一到三个工作日。到账以后请在这里点“确认”。"},
		{Name: "上门取件", Text: "我们安排快递上门取件，运费由我们承担，您不用垫付。请把商品和配件装好，取件前快递员会先打电话给您。"},
		{Name: "致歉", Text: "给您添麻烦了，非常抱歉。您说的情况我们已经核实，下面发出我们的方案，请您看看是否合适。"},
	}
}

// fate is how many closed cases of a class a desk has.
type fate struct {
	class negotiation.Class
	n     int
}

func administrator() person { return person{"admin", "何敏", "+8619900000001"} }

func offices() []office {
	return []office{
		{app.Bureau{Region: "430600", NameZH: "岳阳市市场监督管理局", NameEN: "Yueyang Municipal Administration for Market Regulation",
			Phone: "0730-0000001", Address: "岳阳市岳阳楼区（演示地址）一号"},
			[]person{{"shi.tan", "谭向明", "+8619900000011"}, {"shi.ouyang", "欧阳雪", "+8619900000012"}}},
		{app.Bureau{Region: "430602", NameZH: "岳阳楼区市场监督管理局", NameEN: "Yueyanglou District Administration for Market Regulation",
			Phone: "0730-0000002", Address: "岳阳市岳阳楼区（演示地址）二号"},
			[]person{{"lou.peng", "彭立", "+8619900000013"}, {"lou.luo", "罗小菊", "+8619900000014"}}},
		{app.Bureau{Region: "430611", NameZH: "君山区市场监督管理局", NameEN: "Junshan District Administration for Market Regulation",
			Phone: "0730-0000003", Address: "岳阳市君山区（演示地址）三号"},
			[]person{{"jun.yi", "易兰", "+8619900000015"}}},
	}
}

// Desks by place in desks.
const (
	appliance = iota
	clothing
	fitness
	dining
	training
	decoration
	leaving // removed from the scheme
)

func desks() []desk {
	return []desk{{
		name: "岳阳湘湖里电器有限公司", code: "91430602MA4DA001", region: "430602", address: "岳阳市岳阳楼区（演示地址）湖滨路八号", industry: "527", quick: 60,
		supervisor: person{"dianqi.liu", "刘佳怡", "+8619900000101"},
		agents:     []person{{"dianqi.chen", "陈思远", "+8619900000102"}, {"dianqi.zeng", "曾丽", "+8619900000103"}},
		stories:    applianceStories(),
		closed:     []fate{{"SC", 50}, {"SU", 2}, {"WC", 1}, {"LC", 2}, {"CE", 1}, {"UE", 1}, {"DU", 1}},
	}, {
		name: "岳阳汀芷坊服饰电子商务有限公司", code: "91430602MA4DA002", region: "430602", address: "岳阳市岳阳楼区（演示地址）云溪巷十六号", industry: "5292", quick: 35,
		supervisor: person{"fushi.xie", "谢雨桐", "+8619900000111"},
		agents:     []person{{"fushi.hu", "胡文博", "+8619900000112"}, {"fushi.zhong", "钟晓", "+8619900000113"}},
		stories:    clothingStories(),
		closed:     []fate{{"SC", 42}, {"SU", 4}, {"WC", 2}, {"LC", 2}, {"CE", 1}, {"UE", 2}, {"TE", 1}, {"RX", 1}, {"AB", 1}},
	}, {
		name: "岳阳跃然里健身美容有限公司", code: "91430602MA4DA003", region: "430602", address: "岳阳市岳阳楼区（演示地址）求索路二十一号", industry: "893", quick: 15,
		supervisor: person{"jianshen.he", "贺凯", "+8619900000121"},
		agents:     []person{{"jianshen.ding", "丁宁", "+8619900000122"}},
		stories:    fitnessStories(),
		closed:     []fate{{"SC", 31}, {"SU", 3}, {"WC", 2}, {"LC", 2}, {"CE", 1}, {"SB", 2}, {"TE", 3}, {"UE", 4}, {"RR", 1}, {"DU", 1}},
	}, {
		name: "岳阳鱼汛楼餐饮旅游有限公司", code: "91430611MA4DA004", region: "430611", address: "岳阳市君山区（演示地址）柳林洲路三号", industry: "621", quick: 45,
		supervisor: person{"canyin.xiang", "向春梅", "+8619900000131"},
		agents:     []person{{"canyin.mao", "毛志强", "+8619900000132"}},
		stories:    diningStories(),
		closed:     []fate{{"SC", 33}, {"SU", 2}, {"WC", 2}, {"LC", 1}, {"CE", 1}, {"TE", 1}, {"UE", 3}, {"SB", 1}, {"RX", 1}, {"RR", 1}},
	}, {
		name: "岳阳君山拾阶教育咨询有限公司", code: "91430611MA4DA005", region: "430611", address: "岳阳市君山区（演示地址）挂口路七号", industry: "839", quick: 20,
		supervisor: person{"jiaoyu.yuan", "袁静", "+8619900000141"},
		agents:     []person{{"jiaoyu.kuang", "邝杰", "+8619900000142"}},
		stories:    trainingStories(),
		closed:     []fate{{"SC", 2}, {"WC", 1}, {"UE", 1}},
	}, {
		name: "岳阳安砌家装饰工程有限公司", code: "91430602MA4DA006", region: "430602", address: "岳阳市岳阳楼区（演示地址）巴陵中路四十号", industry: "5012", quick: 10,
		supervisor: person{"jiazhuang.fu", "符勇", "+8619900000151"},
		agents:     []person{{"jiazhuang.shen", "沈岚", "+8619900000152"}},
		stories:    decorationStories(),
		closed:     []fate{{"SC", 8}, {"SU", 1}, {"LC", 1}, {"TE", 6}, {"UE", 4}, {"SB", 1}, {"WC", 1}},
	}, {
		name: "岳阳楼区屿上数码维修部", code: "92430602MA4DA007", region: "430602", address: "岳阳市岳阳楼区（演示地址）竹荫街五号", industry: "812",
		supervisor: person{"shuma.wen", "文斌", "+8619900000161"},
		stories:    applianceStories(),
	}}
}

// applicant has applied and waits for the bureau.
func applicant() desk {
	return desk{name: "岳阳芦叶湖民宿管理有限公司", code: "91430602MA4DA008", region: "430602", address: "岳阳市岳阳楼区（演示地址）湖心路九号", industry: "612",
		supervisor: person{"minsu.yao", "姚遥", "+8619900000171"}}
}

// headliners are the consumers whom the demo's page offers; the live cases are theirs.
func headliners() []person {
	return []person{
		{"zhou", "周岳宁", "+8619900001001"}, {"wu", "吴小满", "+8619900001002"}, {"jiang", "蒋书琴", "+8619900001003"},
		{"deng", "邓海波", "+8619900001004"}, {"xiao", "肖一帆", "+8619900001005"}, {"long", "龙秀英", "+8619900001006"},
		{"ouyang", "欧阳慧", "+8619900001007"}, {"tang", "唐建国", "+8619900001008"}, {"fan", "范晨", "+8619900001009"},
		{"qiu", "邱美玲", "+8619900001010"}, {"zou", "邹子涵", "+8619900001011"}, {"lei", "雷鸣", "+8619900001012"},
	}
}

// crowd are the consumers of the closed cases.
func crowd() []person {
	const surnames, given = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧", "敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国文辉力"
	s, g := []rune(surnames), []rune(given)
	list := make([]person, crowdSize)
	for i := range list {
		name := string(s[i*7%len(s)]) + string(g[i*5%len(g)])
		if i%3 != 0 {
			name += string(g[(i*11+3)%len(g)])
		}
		list[i] = person{name: name, phone: "+86199000" + digits(2001+i)}
	}
	return list
}

const crowdSize = 64

func digits(n int) string { // five of them
	b := []byte("00000")
	for i := len(b) - 1; n > 0; i, n = i-1, n/10 {
		b[i] = byte('0' + n%10)
	}
	return string(b)
}

// addresses that consumers give.
func addresses() []string {
	return []string{"岳阳市岳阳楼区洛王路（演示）12 栋 3 单元 502", "岳阳市岳阳楼区金鹗中路（演示）8 号 1201", "岳阳市君山区柳林街道（演示）6 栋 301",
		"岳阳市岳阳楼区奇家岭（演示）23 号", "岳阳市君山区挂口（演示）4 组 17 号", "岳阳市岳阳楼区东茅岭（演示）5 栋 2 单元 803"}
}
