// An API server for custom resources alone, for tests: the library that kube-apiserver itself serves them with, over an etcd that it starts.
// There are no pods, namespaces, roles or admission plug-ins, and whoever reaches it may do everything: it listens on the loopback address, for
// a test. Everything is kept in one folder. When its standard input ends (who started it has gone) it ends, its etcd with it, and the folder is gone.
//
//	crdserver ETCD FOLDER    writes FOLDER/kubeconfig as soon as it answers, and FOLDER/log
package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver"
	"k8s.io/apiextensions-apiserver/pkg/cmd/server/options"
	"k8s.io/apiextensions-apiserver/pkg/generated/openapi"
	"k8s.io/apiserver/pkg/authentication/authenticator"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizerfactory"
	openapinamer "k8s.io/apiserver/pkg/endpoints/openapi"
	genericapiserver "k8s.io/apiserver/pkg/server"
	genericoptions "k8s.io/apiserver/pkg/server/options"
	"k8s.io/apiserver/pkg/storage/storagebackend"
	"k8s.io/apiserver/pkg/util/webhook"
)

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("arguments: ETCD FOLDER"))
	}
	fail(os.Chdir(os.Args[2]))
	log, err := os.Create("log")
	fail(err)
	fail(syscall.Dup2(int(log.Fd()), syscall.Stderr))
	store := startStore(os.Args[1])
	go func() {
		os.Stdin.Read(make([]byte, 1))
		store.Process.Kill()
		store.Wait()
		os.RemoveAll(os.Args[2])
		os.Exit(0)
	}()
	server, port := newServer()
	go announce(port)
	fail(server.PrepareRun().RunWithContext(context.Background()))
}

// Sockets in the folder in place of TCP ports: nothing to choose and nothing to collide with. The kernel ends etcd with the thread that started it,
// so this one is kept.
func startStore(etcd string) *exec.Cmd {
	runtime.LockOSThread()
	store := exec.Command(etcd, "--name=e", "--data-dir=etcd", "--log-level=warn", "--unsafe-no-fsync",
		"--listen-client-urls=unix://client:0", "--advertise-client-urls=unix://client:0",
		"--listen-peer-urls=unix://peer:0", "--initial-advertise-peer-urls=unix://peer:0", "--initial-cluster=e=unix://peer:0")
	store.Stdout, store.Stderr = os.Stderr, os.Stderr
	store.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	fail(store.Start())
	return store
}

func newServer() (*genericapiserver.GenericAPIServer, int) {
	generic := genericapiserver.NewRecommendedConfig(apiserver.Codecs)
	run := genericoptions.NewServerRunOptions()
	fail(run.Complete())
	fail(run.ApplyTo(&generic.Config))
	generic.OpenAPIV3Config = genericapiserver.DefaultOpenAPIV3Config(openapi.GetOpenAPIDefinitions, openapinamer.NewDefinitionNamer(apiserver.Scheme))

	etcd := genericoptions.NewEtcdOptions(storagebackend.NewDefaultConfig("/registry", apiserver.Codecs.LegacyCodec(apiextensionsv1.SchemeGroupVersion)))
	etcd.StorageConfig.Transport.ServerList = []string{"unix://client:0"}
	fail(etcd.ApplyTo(&generic.Config))

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	fail(err)
	secure := genericoptions.NewSecureServingOptions()
	secure.Listener, secure.ServerCert.CertDirectory = listener, "pki"
	fail(secure.MaybeDefaultWithSelfSignedCerts("localhost", nil, []net.IP{net.IPv4(127, 0, 0, 1)}))
	fail(secure.WithLoopback().ApplyToConfig(&generic.Config))

	generic.Authentication.Authenticator = authenticator.RequestFunc(func(*http.Request) (*authenticator.Response, bool, error) {
		return &authenticator.Response{User: &user.DefaultInfo{Name: "admin", Groups: []string{user.SystemPrivilegedGroup, user.AllAuthenticated}}}, true, nil
	})
	generic.Authorization.Authorizer = authorizerfactory.NewAlwaysAllowAuthorizer()
	generic.MergedResourceConfig = apiserver.DefaultAPIResourceConfigSource()

	config := apiserver.Config{GenericConfig: generic, ExtraConfig: apiserver.ExtraConfig{
		CRDRESTOptionsGetter: options.NewCRDRESTOptionsGetter(*etcd, generic.ResourceTransformers, generic.StorageObjectCountTracker),
		ServiceResolver:      noServices{},
		AuthResolverWrapper:  func(one webhook.AuthenticationInfoResolver) webhook.AuthenticationInfoResolver { return one },
	}}
	server, err := config.Complete().New(genericapiserver.NewEmptyDelegate())
	fail(err)
	return server.GenericAPIServer, listener.Addr().(*net.TCPAddr).Port
}

// noServices: nothing here converts by webhook.
type noServices struct{}

func (noServices) ResolveEndpoint(namespace, name string, port int32) (*url.URL, error) {
	return nil, fmt.Errorf("there are no Services here")
}

func announce(port int) {
	server := fmt.Sprintf("https://127.0.0.1:%d", port)
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	for {
		answer, err := client.Get(server + "/readyz")
		if err == nil {
			answer.Body.Close()
		}
		if err == nil && answer.StatusCode == http.StatusOK {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	text := fmt.Sprintf(`apiVersion: v1
kind: Config
current-context: crdserver
contexts: [{name: crdserver, context: {cluster: crdserver, user: admin}}]
clusters: [{name: crdserver, cluster: {server: %s, certificate-authority: pki/apiserver.crt}}]
users: [{name: admin, user: {token: any}}]
`, server)
	fail(os.WriteFile("kubeconfig.new", []byte(text), 0o600))
	fail(os.Rename("kubeconfig.new", "kubeconfig"))
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "crdserver:", err)
		os.Exit(1)
	}
}
