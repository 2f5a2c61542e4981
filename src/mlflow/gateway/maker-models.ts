/**
 * Models that their makers serve, with what they can do (the figures of MLflow 3.11.1's catalogue;
 * `model-catalogue.ts` reads them). Prices are in `tracing/model-prices.ts`.
 */

/**
 * By provider: `=`, the kind (c chat, e embedding, t text completion), abilities (f functions,
 * v vision, r reasoning, p prompt caching, s response schema), `/` tokens in, `/` tokens out, `/`
 * the day it ends; then the models of that kind.
 */
export const MAKERS: Readonly<Record<string, string>> = {
  ai21: `
    =t/8192/8192 j2-light j2-mid j2-ultra
    =c/256k/256k jamba-1.5 jamba-1.5-large jamba-1.5-large@001 jamba-1.5-mini jamba-1.5-mini@001
      jamba-large-1.6 jamba-large-1.7 jamba-mini-1.6 jamba-mini-1.7
  `,
  anthropic: `
    =cfvrps/200k/64k/2026-02-19 claude-3-7-sonnet-20250219
    =cfvps/200k/4096 claude-3-haiku-20240307
    =cfvps/200k/4096/2026-05-01 claude-3-opus-20240229
    =cfvrps/200k/32k claude-4-opus-20250514 claude-opus-4-1
    =cfvrps/1000k/64k claude-4-sonnet-20250514 claude-sonnet-4-6
    =cfvrps/200k/64k claude-haiku-4-5 claude-haiku-4-5-20251001 claude-opus-4-5
      claude-opus-4-5-20251101 claude-sonnet-4-5 claude-sonnet-4-5-20250929
    =cfvrps/200k/32k/2026-08-05 claude-opus-4-1-20250805
    =cfvrps/200k/32k/2026-05-14 claude-opus-4-20250514
    =cfvrps/1000k/128k claude-opus-4-6 claude-opus-4-6-20260205
    =cfvrps/1000k/64k/2026-05-14 claude-sonnet-4-20250514
  `,
  cohere: `
    =t/4096/4096 command command-nightly
    =e/1024/- embed-english-light-v2.0 embed-english-light-v3.0 embed-english-v3.0
      embed-multilingual-light-v3.0 embed-multilingual-v3.0
    =e/4096/- embed-english-v2.0
    =e/768/- embed-multilingual-v2.0
    =e/128k/- embed-v4.0
  `,
  cohere_chat: `
    =cf/256k/8k command-a-03-2025
    =c/4096/4096 command-light
    =cf/128k/4096 command-r command-r-08-2024 command-r-plus command-r-plus-08-2024
      command-r7b-12-2024
  `,
  databricks: `
    =e/512/- databricks-bge-large-en
    =cfr/200k/128k databricks-claude-3-7-sonnet
    =cfr/200k/64k databricks-claude-haiku-4-5 databricks-claude-opus-4-5 databricks-claude-sonnet-4
      databricks-claude-sonnet-4-1 databricks-claude-sonnet-4-5
    =cfr/200k/32k databricks-claude-opus-4 databricks-claude-opus-4-1
    =cf/1048576/65535 databricks-gemini-2-5-flash
    =cf/1048576/65536 databricks-gemini-2-5-pro
    =c/128k/32k databricks-gemma-3-12b
    =c/272k/128k databricks-gpt-5 databricks-gpt-5-1 databricks-gpt-5-mini databricks-gpt-5-nano
    =c/131072/131072 databricks-gpt-oss-120b databricks-gpt-oss-20b
    =e/8192/- databricks-gte-large-en
    =c/4096/4096 databricks-llama-2-70b-chat databricks-mixtral-8x7b-instruct
    =c/128k/128k databricks-llama-4-maverick databricks-meta-llama-3-1-405b-instruct
      databricks-meta-llama-3-3-70b-instruct databricks-meta-llama-3-70b-instruct
    =c/200k/128k databricks-meta-llama-3-1-8b-instruct
    =c/8192/8192 databricks-mpt-30b-instruct databricks-mpt-7b-instruct
  `,
  deepseek: `
    =cfps/131072/8192 deepseek-chat
    =cfp/128k/4096 deepseek-coder
    =cfrp/65536/8192 deepseek-r1
    =crps/131072/65536 deepseek-reasoner
    =cfp/65536/8192 deepseek-v3
    =cfrp/163840/163840 deepseek-v3.2
  `,
  gemini: `
    =e/8192/-/2025-09-29 gemini-1.5-flash
    =cfvps/1048576/8192/2026-06-01 gemini-2.0-flash gemini-2.0-flash-001 gemini-2.0-flash-lite
      gemini-2.0-flash-lite-001
    =cfv/128k/64k gemini-2.5-computer-use-preview-10-2025
    =cfvrps/1048576/65535 gemini-2.5-flash gemini-2.5-flash-lite
      gemini-2.5-flash-lite-preview-09-2025 gemini-2.5-flash-preview-09-2025 gemini-2.5-pro
      gemini-3-flash-preview gemini-flash-latest gemini-flash-lite-latest gemini-pro-latest
    =cfvrps/1048576/65535/2025-11-18 gemini-2.5-flash-lite-preview-06-17
    =c/1048576/8192 gemini-2.5-flash-native-audio-latest
      gemini-2.5-flash-native-audio-preview-09-2025 gemini-2.5-flash-native-audio-preview-12-2025
    =cfvps/1048576/65535 gemini-2.5-pro-preview-tts
    =cfvrps/1048576/65535/2026-03-09 gemini-3-pro-preview
    =cfvrps/1048576/65536 gemini-3.1-flash-lite-preview gemini-3.1-pro-preview
      gemini-3.1-pro-preview-customtools
    =cfv/131072/65536 gemini-3.1-flash-live-preview
    =e/2048/- gemini-embedding-001
    =e/8192/- gemini-embedding-2-preview
    =cfvs/1048576/8192 gemini-exp-1114
    =cfvs/2097152/8192 gemini-exp-1206
    =cfv/-/8192 gemini-gemma-2-27b-it gemini-gemma-2-9b-it
    =cfvrs/1048576/65535 gemini-robotics-er-1.5-preview
    =cfvs/131072/8192 gemma-3-27b-it
    =cfvs/32767/8192 learnlm-1.5-pro-experimental
    =c/131072/8192 lyria-3-clip-preview lyria-3-pro-preview
  `,
  groq: `
    =cf/8192/8192 gemma-7b-it
    =cf/128k/8192 llama-3.1-8b-instant
    =cf/128k/32768 llama-3.3-70b-versatile
    =cfvs/131072/8192 meta-llama/llama-4-maverick-17b-128e-instruct
      meta-llama/llama-4-scout-17b-16e-instruct
    =c/8192/8192 meta-llama/llama-guard-4-12b
    =cfs/262144/16384 moonshotai/kimi-k2-instruct-0905
    =cfrs/131072/32766 openai/gpt-oss-120b
    =cfrs/131072/32768 openai/gpt-oss-20b
    =cfrs/131072/65536 openai/gpt-oss-safeguard-20b
    =cfr/131k/131k qwen/qwen3-32b
  `,
  meta_llama: `
    =cf/128k/4028 Llama-3.3-70B-Instruct Llama-3.3-8B-Instruct
    =cf/1000k/4028 Llama-4-Maverick-17B-128E-Instruct-FP8
    =cf/10000k/4028 Llama-4-Scout-17B-16E-Instruct-FP8
  `,
  mistral: `
    =cs/32k/8191 codestral-2405 codestral-latest mistral-medium mistral-medium-2312 mistral-tiny
      open-mistral-7b
    =cfs/256k/256k codestral-2508 devstral-2512 devstral-latest devstral-medium-latest
      devstral-small-latest labs-devstral-small-2512
    =e/8192/- codestral-embed codestral-embed-2505 mistral-embed
    =c/256k/256k codestral-mamba-latest open-codestral-mamba
    =cfs/128k/128k devstral-medium-2507 devstral-small-2505 devstral-small-2507 mistral-large-2407
      mistral-large-2411
    =cfrs/40k/40k magistral-medium-1-2-2509 magistral-medium-2506 magistral-medium-2509
      magistral-medium-latest magistral-small-1-2-2509 magistral-small-2506 magistral-small-latest
    =cfvs/262144/262144 ministral-3-14b-2512 ministral-3-8b-2512 mistral-large-2512 mistral-large-3
      mistral-large-latest
    =cfvs/131072/131072 ministral-3-3b-2512 mistral-medium-3-1-2508 mistral-medium-latest
      mistral-small-3-2-2506 mistral-small-latest
    =cfs/32k/8191 mistral-large-2402 mistral-small open-mixtral-8x7b
    =cfs/131072/8191 mistral-medium-2505
    =cs/128k/128k open-mistral-nemo open-mistral-nemo-2407
    =cfs/65336/8191 open-mixtral-8x22b
    =cfvs/128k/128k pixtral-12b-2409 pixtral-large-2411 pixtral-large-latest
  `,
  ollama: `
    =c/32768/8192 codegeex4
    =t/8192/8192 codegemma
    =t/4096/4096 codellama llama2-uncensored orca-mini
    =tf/8192/8192 deepseek-coder-v2-base deepseek-coder-v2-lite-base mistral
    =cf/32768/8192 deepseek-coder-v2-instruct deepseek-coder-v2-lite-instruct internlm2_5-20b-chat
    =cf/163840/163840 deepseek-v3.1:671b-cloud
    =cf/131072/131072 gpt-oss:120b-cloud gpt-oss:20b-cloud
    =c/4096/4096 llama2 llama2:13b llama2:70b llama2:7b
    =c/8192/8192 llama3 llama3:70b llama3:8b
    =cf/8192/8192 llama3.1 mistral-7B-Instruct-v0.1
    =cf/32768/32768 mistral-7B-Instruct-v0.2 mixtral-8x7B-Instruct-v0.1
    =cf/65536/8192 mistral-large-instruct-2407
    =cf/65536/65536 mixtral-8x22B-Instruct-v0.1
    =cf/262144/262144 qwen3-coder:480b-cloud
    =t/2048/2048 vicuna
  `,
  openai: `
    =cfvp/128k/4096 chatgpt-4o-latest gpt-4-turbo gpt-4-turbo-2024-04-09 gpt-4o-2024-05-13
    =c/-/- container
    =cfp/16385/4096 gpt-3.5-turbo gpt-3.5-turbo-0125
    =cfp/16385/4096/2026-09-28 gpt-3.5-turbo-1106
    =cp/16385/4096 gpt-3.5-turbo-16k
    =cfp/8192/4096 gpt-4
    =cfp/128k/4096/2026-03-26 gpt-4-0125-preview gpt-4-1106-preview
    =c/8192/4096/2026-03-26 gpt-4-0314
    =cfp/8192/4096/2025-06-06 gpt-4-0613
    =cfp/128k/4096 gpt-4-turbo-preview
    =cfvps/1047576/32768 gpt-4.1 gpt-4.1-2025-04-14 gpt-4.1-mini gpt-4.1-mini-2025-04-14
      gpt-4.1-nano gpt-4.1-nano-2025-04-14
    =cfvps/128k/16384 gpt-4o gpt-4o-2024-08-06 gpt-4o-2024-11-20 gpt-4o-mini gpt-4o-mini-2024-07-18
      gpt-4o-mini-search-preview gpt-4o-mini-search-preview-2025-03-11 gpt-4o-search-preview
      gpt-4o-search-preview-2025-03-11
    =cf/128k/16384 gpt-4o-audio-preview gpt-4o-audio-preview-2024-12-17
      gpt-4o-audio-preview-2025-06-03 gpt-4o-mini-audio-preview
      gpt-4o-mini-audio-preview-2024-12-17 gpt-audio gpt-audio-1.5 gpt-audio-2025-08-28
      gpt-audio-mini gpt-audio-mini-2025-10-06 gpt-audio-mini-2025-12-15
    =cf/128k/4096 gpt-4o-mini-realtime-preview gpt-4o-mini-realtime-preview-2024-12-17
      gpt-4o-realtime-preview gpt-4o-realtime-preview-2024-12-17 gpt-4o-realtime-preview-2025-06-03
      gpt-realtime-mini gpt-realtime-mini-2025-10-06 gpt-realtime-mini-2025-12-15
    =cfvrps/272k/128k gpt-5 gpt-5-2025-08-07 gpt-5-mini gpt-5-mini-2025-08-07 gpt-5-nano
      gpt-5-nano-2025-08-07 gpt-5.1 gpt-5.1-2025-11-13 gpt-5.2 gpt-5.2-2025-12-11 gpt-5.4-mini
      gpt-5.4-nano
    =cvrps/128k/16384 gpt-5-chat gpt-5-chat-latest gpt-5.1-chat-latest
    =cfvps/272k/128k gpt-5-search-api gpt-5-search-api-2025-10-14
    =cfvrps/128k/16384 gpt-5.2-chat-latest gpt-5.3-chat-latest
    =cfvrps/1050k/128k gpt-5.4 gpt-5.4-2026-03-05
    =cf/32k/4096 gpt-realtime gpt-realtime-1.5 gpt-realtime-2025-08-28
    =cfvrps/200k/100k o1 o1-2024-12-17 o3 o3-2025-04-16 o4-mini o4-mini-2025-04-16
    =cfrps/200k/100k o3-mini o3-mini-2025-01-31
    =e/8191/- text-embedding-3-large text-embedding-3-small text-embedding-ada-002
      text-embedding-ada-002-v2
  `,
  perplexity: `
    =c/16384/16384 codellama-34b-instruct codellama-70b-instruct sonar-medium-chat sonar-small-chat
    =c/4096/4096 llama-2-70b-chat mistral-7b-instruct mixtral-8x7b-instruct pplx-70b-chat
      pplx-70b-online pplx-7b-online
    =c/131072/131072 llama-3.1-70b-instruct llama-3.1-8b-instruct
    =c/8192/8192 pplx-7b-chat
    =e/32768/- pplx-embed-v1-0.6b pplx-embed-v1-4b
    =c/128k/- sonar
    =cr/128k/- sonar-deep-research sonar-reasoning sonar-reasoning-pro
    =c/12k/12k sonar-medium-online sonar-small-online
    =c/200k/8k sonar-pro
  `,
  together_ai: `
    =e/512/- BAAI/bge-base-en-v1.5 baai/bge-base-en-v1.5
    =cfs/-/- Qwen/Qwen2.5-72B-Instruct-Turbo Qwen/Qwen2.5-7B-Instruct-Turbo
      meta-llama/Llama-3.2-3B-Instruct-Turbo meta-llama/Llama-3.3-70B-Instruct-Turbo
      meta-llama/Llama-3.3-70B-Instruct-Turbo-Free
      meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8 meta-llama/Llama-4-Scout-17B-16E-Instruct
      meta-llama/Meta-Llama-3.1-405B-Instruct-Turbo meta-llama/Meta-Llama-3.1-70B-Instruct-Turbo
      meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo mistralai/Mistral-7B-Instruct-v0.1
      mistralai/Mixtral-8x7B-Instruct-v0.1 moonshotai/Kimi-K2-Instruct
    =cfs/262k/- Qwen/Qwen3-235B-A22B-Instruct-2507-tput
    =cfs/256k/- Qwen/Qwen3-235B-A22B-Thinking-2507 Qwen/Qwen3-Coder-480B-A35B-Instruct-FP8
    =c/40k/- Qwen/Qwen3-235B-A22B-fp8-tput
    =cfs/262144/- Qwen/Qwen3-Next-80B-A3B-Instruct Qwen/Qwen3-Next-80B-A3B-Thinking
      Qwen/Qwen3.5-397B-A17B
    =cfs/128k/20480 deepseek-ai/DeepSeek-R1
    =cfs/128k/- deepseek-ai/DeepSeek-R1-0528-tput openai/gpt-oss-120b openai/gpt-oss-20b
      zai-org/GLM-4.5-Air-FP8
    =cfs/65536/8192 deepseek-ai/DeepSeek-V3
    =cfr/-/- deepseek-ai/DeepSeek-V3.1
    =cf/-/- mistralai/Mistral-Small-24B-Instruct-2501 togethercomputer/CodeLlama-34b-Instruct
    =cf/262144/- moonshotai/Kimi-K2-Instruct-0905
    =cfvr/256k/256k moonshotai/Kimi-K2.5
    =c/-/- together-ai-21.1b-41b together-ai-4.1b-8b together-ai-41.1b-80b together-ai-8.1b-21b
      together-ai-81.1b-110b together-ai-up-to-4b
    =e/-/- together-ai-embedding-151m-to-350m together-ai-embedding-up-to-150m
    =cfr/200k/200k zai-org/GLM-4.6 zai-org/GLM-4.7
  `,
  voyage: `
    =e/4k/- voyage-2 voyage-lite-02-instruct
    =e/32k/- voyage-3 voyage-3-large voyage-3-lite voyage-3.5 voyage-3.5-lite voyage-code-3
      voyage-finance-2 voyage-multimodal-3
    =e/16k/- voyage-code-2 voyage-large-2 voyage-law-2
    =e/120k/- voyage-context-3
    =e/4096/- voyage-lite-01
  `,
  xai: `
    =cf/131072/131072 grok-2 grok-2-1212 grok-2-latest grok-3 grok-3-beta grok-3-fast-beta
      grok-3-fast-latest grok-3-latest
    =cfv/32768/32768 grok-2-vision grok-2-vision-latest
    =cfv/32768/32768/2026-02-28 grok-2-vision-1212
    =cfr/131072/131072/2026-02-28 grok-3-mini grok-3-mini-beta
    =cfr/131072/131072 grok-3-mini-fast grok-3-mini-fast-beta grok-3-mini-fast-latest
      grok-3-mini-latest
    =cf/256k/256k grok-4 grok-4-0709 grok-4-latest
    =cfvrs/2000k/2000k grok-4-1-fast grok-4-1-fast-reasoning grok-4-1-fast-reasoning-latest
    =cfvs/2000k/2000k grok-4-1-fast-non-reasoning grok-4-1-fast-non-reasoning-latest
    =cf/2000k/2000k grok-4-fast-non-reasoning grok-4-fast-reasoning
    =cfv/2000k/2000k grok-4.20-beta-0309-non-reasoning
    =cfvr/2000k/2000k grok-4.20-beta-0309-reasoning grok-4.20-multi-agent-beta-0309
    =cfv/131072/131072 grok-beta
    =cfr/256k/256k grok-code-fast grok-code-fast-1 grok-code-fast-1-0825
    =cfv/8192/8192 grok-vision-beta
  `,
};
