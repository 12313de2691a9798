package region_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation/region"
)

func TestList(t *testing.T) {
	t.Parallel()
	provinces := region.Children("")
	require.Len(t, provinces, 31)
	require.Equal(t, provinces, region.Children(region.Country))
	leaves, cities := 0, 0
	var walk func(rs []region.Region)
	walk = func(rs []region.Region) {
		for i, r := range rs {
			require.Len(t, r.Code, 6)
			require.NotEmpty(t, r.Name)
			require.True(t, i == 0 || rs[i-1].Code < r.Code, "sorted")
			got, ok := region.Get(r.Code)
			require.True(t, ok)
			require.Equal(t, r, got)
			require.True(t, region.Within(r.Code, region.Path(r.Code)[0].Code))
			below := region.Children(r.Code)
			if len(below) == 0 {
				leaves++
			} else if r.Parent != "" {
				cities++
			}
			walk(below)
		}
	}
	walk(provinces)
	require.Equal(t, 2978, leaves)
	require.Equal(t, 342-9-3, cities, "without the 9 stand-ins, and 3 cities that are leaves")

	provinces[0].Name = "x"
	require.NotEqual(t, provinces, region.Children(""), "a copy")
}

func TestPath(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"430000": "湖南省",
		"430600": "湖南省岳阳市",
		"430602": "湖南省岳阳市岳阳楼区",
		"110101": "北京市东城区",
		"500230": "重庆市丰都县",
		"429004": "湖北省仙桃市",
		"469001": "海南省五指山市",
		"659001": "新疆维吾尔自治区石河子市",
		"441900": "广东省东莞市",
		"999999": "", "": "", "43": "", region.Country: "",
	} {
		require.Equal(t, want, region.FullName(code), code)
	}
	require.Equal(t, []region.Region{{"430000", "湖南省", ""}, {"430600", "岳阳市", "430000"}, {"430602", "岳阳楼区", "430600"}}, region.Path("430602"))
}

func TestWithin(t *testing.T) {
	t.Parallel()
	for _, v := range []struct {
		code, ancestor string
		want           bool
	}{
		{"430602", "430602", true},
		{"430602", "430600", true},
		{"430602", "430000", true},
		{"430602", region.Country, true},
		{"430600", "430602", false},
		{"430602", "430700", false},
		{"430602", "420000", false},
		{"430602", "", false},
		{"430602", "43", false},
		{"429004", "420000", true},
		{"429004", "429000", false}, // the prefix lies: there is no such city
		{"469001", "469000", false},
		{"469001", "460000", true},
		{"110101", "110100", false},
		{"999999", region.Country, true}, // nothing falls out of the country's sight
		{"999999", "999999", false},
		{"", "", false},
	} {
		require.Equal(t, v.want, region.Within(v.code, v.ancestor), "%s in %s", v.code, v.ancestor)
	}
}

func TestBelow(t *testing.T) {
	t.Parallel()
	codes := region.Below("430600")
	require.Contains(t, codes, "430600")
	require.Contains(t, codes, "430602")
	require.NotContains(t, codes, "430100")
	for _, code := range codes {
		require.True(t, region.Within(code, "430600"), code)
	}
	require.Equal(t, []string{"430602"}, region.Below("430602"))
}

func BenchmarkWithin(b *testing.B) {
	for b.Loop() {
		region.Within("430602", "430000")
	}
}
