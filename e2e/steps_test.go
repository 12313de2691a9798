package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// at waits for a step of the filing, with the keyboard at its heading.
func (p *screen) at(step string) {
	p.t.Helper()
	title := p.word("file-case/step." + step)
	p.until(fmt.Sprintf(`document.activeElement?.id === 'step-title' && document.activeElement.textContent.trim() === %q && scrollY === 0`, title), "not at the head of "+title)
}

func (p *screen) history(move string) {
	p.t.Helper()
	p.eval(`history.` + move + `, ''`)
}

// TestStepsOfFiling: each step is a place in the browser's history, and no address leads beyond what is filled in.
func TestStepsOfFiling(t *testing.T) {
	t.Parallel()
	sc := &scene{t: t, s: demo(t), lang: "zh"}
	sc.consumer = sc.s.enter(consumer)
	form := "/file/" + sc.s.enterprise(firm)
	c := sc.sit("consumer", sc.consumer, "/", look{phone: true})
	c.open(form + "?step=check")
	c.sees(c.word("file-case/what.goods"))
	require.Empty(t, c.eval(`location.search`))

	sc.describes(c)
	c.at("you")
	c.history("back()")
	c.at("claim")
	c.history("back()")
	c.at("order")
	c.holds(c.word("file-case/order.amount"), "159.00")
	c.shot("back")
	c.history("forward()")
	c.at("claim")
	c.do(chromedp.Reload())
	c.at("claim")
	c.press(c.word("file-case/file.back")) // the same as the browser's
	c.at("order")
	c.fill("textbox", c.word("file-case/order.amount"), "")
	c.open(form + "?step=you")
	c.at("order")
	require.Equal(t, "?step=order", c.eval(`location.search`))
	c.fill("textbox", c.word("file-case/order.amount"), "159")
	c.press(c.word("file-case/file.next"))
	c.at("claim")
	c.press(c.word("file-case/file.next"))
	c.fill("textbox", c.word("file-case/you.name"), "林一")
	c.fill("textbox", c.word("file-case/you.address"), "岳阳市岳阳楼区试验路 3 号")
	c.press(c.word("file-case/file.next"))
	sc.sends(c)
}

// TestStepsOfApplying: an enterprise's application, too, goes back by the phone's own button, and keeps its step over a reload.
func TestStepsOfApplying(t *testing.T) {
	t.Parallel()
	c := demo(t).screen(t, "applicant", look{phone: true})
	c.open("/")
	c.open("/apply?step=check")
	c.sees(c.word("apply/name"))
	require.Empty(t, c.eval(`location.search`))
	c.fill("textbox", c.word("apply/name"), "岳阳试验电器有限公司")
	c.fill("textbox", c.word("apply/code"), "91110105771583283D")
	for _, level := range [][2]string{{"province", "430000"}, {"city", "430600"}, {"county", "430602"}} {
		c.set(c.word("enterprise/"+level[0]), level[1])
	}
	c.fill("textbox", c.word("apply/address"), "岳阳楼区建设路 1 号")
	c.press(c.word("common/common.next"))
	c.sees(c.word("apply/commitment.title"))
	require.Equal(t, "?step=ones", c.eval(`location.search`))
	for _, one := range []string{"place", "staff", "computer", "telephone", "complaint_rules"} {
		c.click("checkbox", c.word("apply/one."+one))
	}
	c.click("checkbox", c.word("apply/commitment.sign"))
	c.press(c.word("common/common.next"))
	c.sees(c.word("apply/contact.title"))
	c.shot("contact")
	c.history("back()")
	c.sees(c.word("apply/commitment.title"))
	c.history("back()")
	c.holds(c.word("apply/name"), "岳阳试验电器有限公司")
	c.history("forward()")
	c.sees(c.word("apply/commitment.title"))
	c.do(chromedp.Reload()) // what was signed is not kept: the step that lacks it stays
	c.sees(c.word("apply/commitment.title"))
	require.Equal(t, "?step=ones", c.eval(`location.search`))
}
