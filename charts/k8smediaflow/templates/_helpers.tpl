{{/* Every object of a release begins with its name. */}}
{{- define "k8smediaflow.name" -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end }}

{{/* The pods of the controller: the network policies of pipelines know it by the first two. */}}
{{- define "k8smediaflow.selector" -}}
app.kubernetes.io/name: k8smediaflow
app.kubernetes.io/component: controller
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "k8smediaflow.labels" -}}
{{ include "k8smediaflow.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "k8smediaflow.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "k8smediaflow.name" .) -}}
{{- end }}

{{/*
The role over pipelines and what is made of them, named after the installation and not after the release: of two releases for one installation and the same
namespaces, which would undo each other's work, helm refuses the second.
*/}}
{{- define "k8smediaflow.pipelinesRole" -}}
k8smediaflow-pipelines{{ with .Values.installation }}-{{ . }}{{ end }}
{{- end }}

{{/* Rights over the Secrets of a whole cluster are nothing that anybody gets without having asked. */}}
{{- define "k8smediaflow.demandNamespaces" -}}
{{- if and .Values.watchNamespaces .Values.allNamespaces -}}
{{- fail "watchNamespaces and allNamespaces: one of the two" -}}
{{- end -}}
{{- if not (or .Values.watchNamespaces .Values.allNamespaces) -}}
{{- fail "say whose pipelines this installation runs: watchNamespaces, a list, or allNamespaces=true, which gives the controller rights over the pods and Secrets of every namespace" -}}
{{- end -}}
{{- end }}

{{/* A repository with registry and tag: (list . "k8smediaflow/sidecar") */}}
{{- define "k8smediaflow.image" -}}
{{- $root := index . 0 -}}
{{- with $root.Values.image.registry }}{{ trimSuffix "/" . }}/{{ end }}{{ index . 1 }}:{{ $root.Values.image.tag | default $root.Chart.AppVersion -}}
{{- end }}

{{/*
What the controller may do where pipelines are. Each verb is there because of a request that it sends:
list and watch fill its stores, get looks again before a decision, create and patch are server-side apply, delete prunes.
There is no verb on pods/exec, pods/log, or on anything of another owner: the controller touches what carries its label.
*/}}
{{- define "k8smediaflow.rules" -}}
# Pipelines are the user's: read, never written.
- apiGroups: [k8smediaflow.io]
  resources: [mediapipelines]
  verbs: [get, list, watch]
# One per media operator, made from its pipeline and removed with it.
- apiGroups: [k8smediaflow.io]
  resources: [mediaoperators]
  verbs: [get, list, watch, create, patch, delete]
# What is, for people and autoscalers.
- apiGroups: [k8smediaflow.io]
  resources: [mediapipelines/status, mediaoperators/status]
  verbs: [patch]
# Servers that protect owner references ask this of who makes objects that block their owner's deletion.
- apiGroups: [k8smediaflow.io]
  resources: [mediapipelines/finalizers, mediaoperators/finalizers]
  verbs: [update]
# The pods of pipelines. Patched only to repair labels that somebody took away.
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch, create, patch, delete]
# Per unit: identity and tokens (Secret), first settings (ConfigMap), and ingests (Service). List and watch are by label, which RBAC cannot say: the rule
# reaches every Secret of the namespaces that it is granted in, so let those be few.
- apiGroups: [""]
  resources: [secrets, configmaps, services]
  verbs: [get, list, watch, create, patch, delete]
# Keeps drains from taking the last replica.
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch, delete]
# Closes everything that a pipeline does not need.
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies]
  verbs: [get, list, watch, create, patch, delete]
# Says what happens: list finds an Event to count up, and what schedulers and kubelets say of the pods.
- apiGroups: [""]
  resources: [events]
  verbs: [list, create, patch]
{{- end }}
