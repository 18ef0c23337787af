{{/* Labels of every object of the chart. */}}
{{- define "strata.labels" -}}
app.kubernetes.io/part-of: strata
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* The user as which the operator acts. */}}
{{- define "strata.operatorUser" -}}
system:serviceaccount:{{ .Release.Namespace }}:strata-operator
{{- end }}

{{/* Where a pod's image comes from and where it may run: (list root placement) */}}
{{- define "strata.placement" -}}
{{- $root := index . 0 }}{{- $placement := index . 1 }}
{{- with $root.Values.imagePullSecrets }}
imagePullSecrets:
{{- range . }}
- name: {{ . }}
{{- end }}
{{- end }}
{{- with $placement.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $placement.tolerations }}
tolerations: {{- toYaml . | nindent 0 }}
{{- end }}
{{- with $placement.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
