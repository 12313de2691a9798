package negotiation

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestClasses(t *testing.T) {
	t.Parallel()
	require.Len(t, Classes, 12)
	for class, want := range map[Class]Share{"SC": Confirmed, "SU": Unknown, "WC": Unknown, "LC": Unknown, "CE": Unknown, "SB": Failed, "TE": Failed,
		"UE": Failed, "RR": Failed, "RX": LeftOut, "DU": LeftOut, "AB": LeftOut} {
		require.Equal(t, want, class.Share(), class)
		require.Contains(t, Classes, class)
	}
}

func TestMoney(t *testing.T) {
	t.Parallel()
	require.Equal(t, "CNY 150.05", CNY(15005).String())
	require.NoError(t, CNY(1).check("amount"))
	require.NoError(t, CNY(MaxMinor).check("amount"))
}

// Each remedy either names an amount or does not, and takes an address or does not.
func TestRemedies(t *testing.T) {
	t.Parallel()
	var money, address []Remedy
	for _, r := range Remedies {
		require.True(t, r.Valid())
		if r.Monetary() {
			money = append(money, r)
		}
		if r.NeedsAddress() {
			address = append(address, r)
		}
	}
	require.Equal(t, []Remedy{Refund, ReturnAndRefund, Compensate, PunitiveDamages, CancelAndReturnBalance}, money)
	require.Equal(t, []Remedy{ReturnAndRefund, Exchange, Repair, Redo, MakeUpQuantity, Invoice}, address)
	require.False(t, Remedy("magic").Valid())
	require.False(t, Category("magic").Valid())
}
