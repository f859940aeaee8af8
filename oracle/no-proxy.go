package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/url"

	"golang.org/x/net/http/httpproxy"
)

// proxyCase is one line of the input: the variables, and the address of a request.
type proxyCase struct {
	HTTPSProxy string `json:"httpsProxy"`
	NoProxy    string `json:"noProxy"`
	URL        string `json:"url"`
}

// proxyVerdict is one line of the output: the host of the proxy, empty for a direct connection.
type proxyVerdict struct {
	Proxy string `json:"proxy"`
}

// findProxies answers as net/http, and so kubectl, chooses a proxy.
func findProxies(in io.Reader, out io.Writer) error {
	decoder := json.NewDecoder(in)
	encoder := json.NewEncoder(out)
	for {
		var one proxyCase
		if err := decoder.Decode(&one); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		address, err := url.Parse(one.URL)
		if err != nil {
			return err
		}
		config := httpproxy.Config{HTTPProxy: one.HTTPSProxy, HTTPSProxy: one.HTTPSProxy, NoProxy: one.NoProxy}
		proxy, err := config.ProxyFunc()(address)
		if err != nil {
			return err
		}
		verdict := proxyVerdict{}
		if proxy != nil {
			verdict.Proxy = proxy.Scheme + "://" + proxy.Host
		}
		if err := encoder.Encode(verdict); err != nil {
			return err
		}
	}
}
