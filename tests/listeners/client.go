// Posts $BODY to Zangsho. With an argument: by a client that reads neither proxy nor certificates from its environment.
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
)

func main() {
	client := http.DefaultClient
	if len(os.Args) > 1 {
		os.Unsetenv("SSL_CERT_FILE")
		client = &http.Client{Transport: &http.Transport{}}
	}
	request, err := http.NewRequest("POST", "https://api.zangsho.com/v1/customers", strings.NewReader(os.Getenv("BODY")))
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Authorization", os.Getenv("AUTH"))
	request.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	fmt.Println(answer.StatusCode, string(body), err)
}
