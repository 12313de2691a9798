package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A variable that was misspelt was ignored without a word: a proxy was believed that should not be, or TLS was not on.
func TestMisspeltVariable(t *testing.T) {
	for variable, says := range map[string]string{
		"HEJIE_TRUSTED_PROXIES":        "there is no setting HEJIE_TRUSTED_PROXIES: is HEJIE_TRUSTED_PROXY (--trusted-proxy) meant?",
		"HEJIE_TLSCERT":                "there is no setting HEJIE_TLSCERT: is HEJIE_TLS_CERT (--tls-cert) meant?",
		"HEJIE_DATABASE_URL":           "there is no setting HEJIE_DATABASE_URL: is HEJIE_DATABASE (--database) meant?",
		"HEJIE_":                       "there is no setting HEJIE_\n",
		"HEJIE_WHATEVER_ELSE":          "there is no setting HEJIE_WHATEVER_ELSE\n",
		"HEJIE_LISTEN":                 "",
		"HEJIE_PUBLIC_URL":             "", // of another command
		"HEJIE_SERVICE_HOST":           "", // of Kubernetes
		"HEJIE_SERVICE_PORT_HTTPS":     "",
		"HEJIE_WEB_PORT_8080_TCP_ADDR": "",
		"HEJIE_PORT":                   "",
		"HEJIEN_LISTEN":                "",
	} {
		t.Run(variable, func(t *testing.T) {
			t.Setenv(variable, "1")
			var out, said bytes.Buffer
			code := run(t.Context(), []string{"verify", "--data", t.TempDir()}, console{strings.NewReader(""), &out, &said})
			if says == "" {
				require.Equal(t, exitFailed, code, "there is nothing to verify")
				require.NotContains(t, said.String(), "no setting")
				return
			}
			require.Equal(t, exitMisused, code)
			require.Contains(t, said.String(), says)
		})
	}
}
