package app_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/scheme"
	"hejie/server/app"
)

func TestInvitations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	invite := func(name, credit, region, addr string) (int, *app.Bureau, error) {
		return w.Public.Invite(w.ctx, name, credit, region, app.Client{Addr: addr})
	}
	n, bureau, err := invite("某某 超市", "", county, "198.51.100.1")
	require.NoError(t, err)
	require.Nil(t, bureau)
	require.Equal(t, 1, n)
	officer := w.officer(w.admin(), city, "officer")
	for _, c := range []struct {
		name, addr string
		want       int
	}{{"某某 超市", "198.51.100.1", 1}, {"某某　超市", "198.51.100.2", 2}, {"别的超市", "198.51.100.1", 1}} { // the same day from there, from elsewhere, another
		n, bureau, err := invite(c.name, "", county, c.addr)
		require.NoError(t, err)
		require.Equal(t, c.want, n, c.name)
		require.Equal(t, officer.Actor.Bureau, bureau.ID)
	}
	w.real.Pass(24 * time.Hour)
	n, _, err = invite("某某 超市", "", county, "198.51.100.1")
	require.NoError(t, err)
	require.Equal(t, 3, n, "another day")
	n, _, err = invite("A", "", county, "198.51.100.1")
	refused(t, negotiation.CodeOutOfRange, err)
	require.Zero(t, n)
	_, _, err = invite("某某超市", "x", county, "198.51.100.1")
	refused(t, negotiation.CodeInvalid, err)
	_, _, err = invite("某某超市", "", "1", "198.51.100.1")
	refused(t, negotiation.CodeNotFound, err)
	for i := range 20 {
		_, _, err = invite(fmt.Sprint("超市", i), "", county, "198.51.100.77")
		require.NoError(t, err)
	}
	_, _, err = invite("再一个", "", county, "198.51.100.77")
	refused(t, negotiation.CodeRateLimited, err)
}

// Wishes are shown to the officers of the region and of those above it, and to nobody else.
func TestWishes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.admin()
	for _, wish := range []struct{ name, region, addr string }{{"某某　超市", county, "198.51.100.1"}, {"某某 超市", county, "198.51.100.2"}, {"远方超市", "440100", "198.51.100.1"}} {
		_, _, err := w.Public.Invite(w.ctx, wish.name, "", wish.region, app.Client{Addr: wish.addr})
		require.NoError(t, err)
	}
	names := func(by app.Session) (list []string) {
		rows, err := w.Scheme.Wishes(w.ctx, by.Actor, 0)
		require.NoError(t, err)
		for _, row := range rows {
			list = append(list, fmt.Sprint(row.Region, row.Count))
		}
		return list
	}
	near := w.officer(admin, county, "near")
	require.Equal(t, []string{county + "2"}, names(near))
	require.Equal(t, []string{county + "2"}, names(w.officer(admin, city, "above")))
	require.Empty(t, names(w.officer(admin, "430100", "beside")))
	require.Equal(t, []string{county + "2", "4401001"}, names(w.officer(admin, "000000", "all")))
	_, err := w.Scheme.Wishes(w.ctx, admin.Actor, 0)
	refused(t, negotiation.CodeNotAllowed, err)
}

func TestSearch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	officer := w.officer(w.admin(), city, "officer")
	ids := map[string]string{}
	for _, login := range []string{"aaa", "bbb", "ccc", "ddd", "eee"} {
		e, _ := w.desk(officer, login)
		ids[login] = e.ID
	}
	_, err := w.Scheme.Do(w.ctx, officer.Actor, ids["aaa"], app.CommandID{}, scheme.Suspend{Ground: scheme.GroundNoAnswers})
	require.NoError(t, err)
	_, err = w.Scheme.Do(w.ctx, officer.Actor, ids["bbb"], app.CommandID{}, scheme.Remove{Ground: scheme.GroundLeak})
	require.NoError(t, err)
	_, err = w.Scheme.Apply(w.ctx, w.application("pending"))
	require.NoError(t, err)

	var got []string
	for after := ""; ; {
		page, next, err := w.Public.Search(w.ctx, "岳阳", after, 2)
		require.NoError(t, err)
		for _, e := range page {
			got = append(got, e.Enterprise.ID)
		}
		if after = next; next == "" {
			break
		}
	}
	require.Equal(t, []string{ids["ccc"], ids["ddd"], ids["eee"], ids["aaa"], ids["bbb"]}, got, "those that take cases first")
	for q, want := range map[string]int{"CCC": 1, "91430600ma": 5, "100%": 0, "_": 0, `\`: 0, "没有": 0} {
		page, _, err := w.Public.Search(w.ctx, q, "", 10)
		require.NoError(t, err)
		require.Len(t, page, want, q)
	}
	r, err := w.Public.Ranking(w.ctx, province, "", 10)
	require.NoError(t, err)
	require.NotEmpty(t, r.Rows)
	r, err = w.Public.Ranking(w.ctx, elsewhere, "", 10)
	require.NoError(t, err)
	require.Empty(t, r.Rows)
	_, err = w.Public.Ranking(w.ctx, "x", "", 10)
	refused(t, negotiation.CodeInvalid, err)
}
