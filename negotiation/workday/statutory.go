package workday

import "time"

// monthDay is month*100 + day.
type monthDay int

func (d Date) monthDay() monthDay { return monthDay(int(d.Month)*100 + d.Day) }

// Names of the statutory holidays as the notices write them.
const (
	newYear    = "元旦"
	spring     = "春节"
	qingming   = "清明节"
	labour     = "劳动节"
	dragonBoat = "端午节"
	midAutumn  = "中秋节"
	national   = "国庆节"
)

// lunar holds the statutory holidays of a year that follow the moon or the sun.
type lunar struct{ spring, qingming, dragonBoat, midAutumn monthDay }

// lunarOf gives the computed dates of 2027-2035: first day of the first month, solar term Qingming, fifth of the fifth
// month, fifteenth of the eighth month. Other years have none.
func lunarOf(year int) lunar {
	switch year {
	case 2027:
		return lunar{206, 405, 609, 915}
	case 2028:
		return lunar{126, 404, 528, 1003}
	case 2029:
		return lunar{213, 404, 616, 922}
	case 2030:
		return lunar{203, 405, 605, 912}
	case 2031:
		return lunar{123, 405, 624, 1001}
	case 2032:
		return lunar{211, 404, 612, 919}
	case 2033:
		return lunar{131, 404, 601, 908}
	case 2034:
		return lunar{219, 405, 620, 927}
	case 2035:
		return lunar{208, 405, 610, 916}
	}
	return lunar{}
}

// statutory names the statutory holiday on d, or gives "". The 13 days of the rules in force since 2025: New Year 1,
// Spring Festival 4 from its eve, Qingming 1, Labour Day 2, Dragon Boat 1, Mid-Autumn 1, National Day 3.
func statutory(d Date) string {
	md := d.monthDay()
	switch md {
	case 101:
		return newYear
	case 501, 502:
		return labour
	case 1001, 1002, 1003:
		return national
	}
	l := lunarOf(d.Year)
	if l == (lunar{}) {
		return ""
	}
	switch md {
	case l.qingming:
		return qingming
	case l.dragonBoat:
		return dragonBoat
	case l.midAutumn:
		return midAutumn
	}
	if d.Month > time.March {
		return ""
	}
	first := Date{d.Year, time.Month(l.spring / 100), int(l.spring % 100)}
	if eve := first.AddDays(-1); !d.Before(eve) && d.Before(eve.AddDays(4)) {
		return spring
	}
	return ""
}
