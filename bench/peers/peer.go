// A case by Go's net/http: peer FILE COUNT IN_FLIGHT
//
// FILE is written by bench/request_file.lua. Each call encodes the body, signs the request and decodes the response. Prints
// seconds on the clock and seconds of CPU.
package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

type update struct {
	EmailAddress    string `json:"emailAddress"`
	AccountDisabled bool   `json:"accountDisabled"`
}

type envelope struct {
	Data []update `json:"data"`
}

type peer struct {
	URL, Path, AppID, AppKey, AccessKey, SecretKey string
	Body                                           envelope
	key                                            []byte
	client                                         *http.Client
}

type user struct {
	EmailAddress         string `json:"emailAddress"`
	Name                 string `json:"name"`
	ForcePasswordChange  bool   `json:"forcePasswordChange"`
	PasswordNeverExpires bool   `json:"passwordNeverExpires"`
	AccountLocked        bool   `json:"accountLocked"`
	AccountDisabled      bool   `json:"accountDisabled"`
	AllowSMTP            bool   `json:"allowSmtp"`
	AllowPop             bool   `json:"allowPop"`
}

type response struct {
	Meta struct {
		Status int `json:"status"`
	} `json:"meta"`
	Data []user            `json:"data"`
	Fail []json.RawMessage `json:"fail"`
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func uuid() string {
	var b [16]byte
	_, err := rand.Read(b[:])
	must(err)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func (p *peer) sign(header http.Header) {
	date, id := time.Now().UTC().Format("Mon, 02 Jan 2006 15:04:05")+" UTC", uuid()
	mac := hmac.New(sha1.New, p.key)
	io.WriteString(mac, date+":"+id+":"+p.Path+":"+p.AppKey)
	header.Set("Content-Type", "application/json")
	header.Set("Accept", "application/json")
	header.Set("User-Agent", "peer/1.0")
	header.Set("Authorization", "MC "+p.AccessKey+":"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	header.Set("x-mc-app-id", p.AppID)
	header.Set("x-mc-date", date)
	header.Set("x-mc-req-id", id)
}

func (p *peer) call() {
	body, err := json.Marshal(p.Body)
	must(err)
	request, err := http.NewRequest("POST", p.URL, bytes.NewReader(body))
	must(err)
	p.sign(request.Header)
	reply, err := p.client.Do(request)
	must(err)
	text, err := io.ReadAll(reply.Body)
	must(err)
	reply.Body.Close()
	var decoded response
	must(json.Unmarshal(text, &decoded))
	if reply.StatusCode != 200 || !decoded.Data[0].AccountDisabled {
		log.Fatal("a request failed")
	}
}

func (p *peer) run(count, inFlight int) {
	left := int64(count)
	var group sync.WaitGroup
	for i := 0; i < inFlight; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for atomic.AddInt64(&left, -1) >= 0 {
				p.call()
			}
		}()
	}
	group.Wait()
}

func cpu() float64 {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	must(err)
	var p peer
	must(json.Unmarshal(text, &p))
	p.key, err = base64.StdEncoding.DecodeString(p.SecretKey)
	must(err)
	count, err := strconv.Atoi(os.Args[2])
	must(err)
	inFlight, err := strconv.Atoi(os.Args[3])
	must(err)
	p.client = &http.Client{Timeout: 30 * time.Second,
		Transport: &http.Transport{MaxIdleConns: inFlight, MaxIdleConnsPerHost: inFlight, DisableCompression: true}}
	p.run(500, inFlight)
	start, before := time.Now(), cpu()
	p.run(count, inFlight)
	fmt.Printf("%.6f %.6f\n", time.Since(start).Seconds(), cpu()-before)
}
