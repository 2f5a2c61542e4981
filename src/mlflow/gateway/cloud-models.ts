/** Models that clouds serve, written as in `maker-models.ts`. */
export const CLOUDS: Readonly<Record<string, string>> = {
  azure: `
    =e/8191/- ada text-embedding-3-large text-embedding-ada-002
    =cf/128k/4096 command-r-plus eu/gpt-4o-mini-realtime-preview-2024-12-17
      eu/gpt-4o-realtime-preview-2024-10-01 eu/gpt-4o-realtime-preview-2024-12-17
      gpt-4-0125-preview gpt-4-1106-preview gpt-4-turbo gpt-4o-mini-realtime-preview-2024-12-17
      gpt-4o-realtime-preview-2024-10-01 gpt-4o-realtime-preview-2024-12-17
      us/gpt-4o-mini-realtime-preview-2024-12-17 us/gpt-4o-realtime-preview-2024-10-01
      us/gpt-4o-realtime-preview-2024-12-17
    =cfvrs/8192/1024 computer-use-preview
    =c/-/- container
    =cfvps/128k/16384/2026-02-27 eu/gpt-4o-2024-08-06 global-standard/gpt-4o-2024-08-06
      global/gpt-4o-2024-08-06 gpt-4o-2024-08-06 us/gpt-4o-2024-08-06
    =cfvs/128k/16384/2026-03-01 eu/gpt-4o-2024-11-20 global-standard/gpt-4o-2024-11-20
      us/gpt-4o-2024-11-20
    =cfvps/128k/16384 eu/gpt-4o-mini-2024-07-18 gpt-4.5-preview gpt-4o gpt-4o-mini
      gpt-4o-mini-2024-07-18 us/gpt-4o-mini-2024-07-18
    =cfvrps/272k/128k eu/gpt-5-2025-08-07 eu/gpt-5-mini-2025-08-07 eu/gpt-5-nano-2025-08-07
      eu/gpt-5.1 global/gpt-5.1 gpt-5 gpt-5-2025-08-07 gpt-5-mini gpt-5-mini-2025-08-07 gpt-5-nano
      gpt-5-nano-2025-08-07 gpt-5.1 gpt-5.1-2025-11-13 gpt-5.2 gpt-5.2-2025-12-11
      us/gpt-5-2025-08-07 us/gpt-5-mini-2025-08-07 us/gpt-5-nano-2025-08-07 us/gpt-5.1
    =cfvrps/128k/128k eu/gpt-5.1-chat global/gpt-5.1-chat gpt-5.1-chat us/gpt-5.1-chat
    =cfvp/200k/100k eu/o1-2024-12-17 us/o1-2024-12-17
    =cfp/128k/65536 eu/o1-mini-2024-09-12 us/o1-mini-2024-09-12
    =cfp/128k/32768 eu/o1-preview-2024-09-12 us/o1-preview-2024-09-12
    =crp/200k/100k eu/o3-mini-2025-01-31 o3-mini-2025-01-31 us/o3-mini-2025-01-31
    =cfvs/128k/16384 global-standard/gpt-4o-mini
    =cfvps/128k/16384/2026-03-01 global/gpt-4o-2024-11-20 gpt-4o-2024-11-20
    =cf/4097/4096 gpt-3.5-turbo gpt-35-turbo
    =cf/16384/4096/2025-03-31 gpt-3.5-turbo-0125 gpt-35-turbo-1106
    =cf/16384/4096/2025-05-31 gpt-35-turbo-0125
    =c/16385/4096 gpt-35-turbo-16k
    =cf/16385/4096 gpt-35-turbo-16k-0613
    =cf/8192/4096 gpt-4 gpt-4-0613
    =c/32768/4096 gpt-4-32k gpt-4-32k-0613
    =cfv/128k/4096 gpt-4-turbo-2024-04-09
    =cv/128k/4096 gpt-4-turbo-vision-preview
    =cfvps/1047576/32768 gpt-4.1 gpt-4.1-mini gpt-4.1-nano
    =cfvps/1047576/32768/2026-11-04 gpt-4.1-2025-04-14 gpt-4.1-mini-2025-04-14
      gpt-4.1-nano-2025-04-14 us/gpt-4.1-2025-04-14 us/gpt-4.1-mini-2025-04-14
      us/gpt-4.1-nano-2025-04-14
    =cfvp/128k/4096 gpt-4o-2024-05-13
    =cf/128k/16384 gpt-4o-audio-preview-2024-12-17 gpt-4o-mini-audio-preview-2024-12-17
      gpt-audio-1.5-2026-02-23 gpt-audio-2025-08-28 gpt-audio-mini-2025-10-06
    =cfvrps/128k/16384 gpt-5-chat gpt-5-chat-latest gpt-5.2-chat gpt-5.2-chat-2025-12-11
      gpt-5.3-chat
    =cvrps/128k/16384 gpt-5.1-chat-2025-11-13
    =cfvrps/1050k/128k gpt-5.4 gpt-5.4-2026-03-05 gpt-5.4-mini gpt-5.4-nano
    =cf/32k/4096 gpt-realtime-1.5-2026-02-23 gpt-realtime-2025-08-28 gpt-realtime-mini-2025-10-06
    =cf/32k/- mistral-large-2402 mistral-large-latest
    =cfvrp/200k/100k o1 o1-2024-12-17
    =cfrp/128k/65536 o1-mini o1-mini-2024-09-12
    =cfrp/128k/32768 o1-preview o1-preview-2024-09-12
    =cfvrps/200k/100k o3 o4-mini o4-mini-2025-04-16 us/o4-mini-2025-04-16
    =cfvrps/200k/100k/2026-04-16 o3-2025-04-16 us/o3-2025-04-16
    =crps/200k/100k o3-mini
    =e/8191/-/2026-04-30 text-embedding-3-small
  `,
  bedrock: `
    =c/4096/4096 */1-month-commitment/cohere.command-light-text-v14
      */1-month-commitment/cohere.command-text-v14
      */6-month-commitment/cohere.command-light-text-v14
      */6-month-commitment/cohere.command-text-v14 cohere.command-light-text-v14
      cohere.command-text-v14 meta.llama2-13b-chat-v1 meta.llama2-70b-chat-v1
    =c/8191/8191 ai21.j2-mid-v1 ai21.j2-ultra-v1
    =c/256k/256k ai21.jamba-1-5-large-v1:0 ai21.jamba-1-5-mini-v1:0
    =c/70k/4096 ai21.jamba-instruct-v1:0
    =e/8172/- amazon.nova-2-multimodal-embeddings-v1:0
    =e/128/- amazon.titan-embed-image-v1
    =e/8192/- amazon.titan-embed-text-v1 amazon.titan-embed-text-v2:0
      us-gov-east-1/amazon.titan-embed-text-v1 us-gov-east-1/amazon.titan-embed-text-v2:0
      us-gov-west-1/amazon.titan-embed-text-v1 us-gov-west-1/amazon.titan-embed-text-v2:0
    =c/42k/8k amazon.titan-text-express-v1 us-gov-east-1/amazon.titan-text-express-v1
      us-gov-west-1/amazon.titan-text-express-v1
    =c/42k/4k amazon.titan-text-lite-v1 us-gov-east-1/amazon.titan-text-lite-v1
      us-gov-west-1/amazon.titan-text-lite-v1
    =c/42k/32k amazon.titan-text-premier-v1:0 us-gov-east-1/amazon.titan-text-premier-v1:0
      us-gov-west-1/amazon.titan-text-premier-v1:0
    =cfps/200k/8192 anthropic.claude-3-5-haiku-20241022-v1:0
      eu.anthropic.claude-3-5-haiku-20241022-v1:0 us.anthropic.claude-3-5-haiku-20241022-v1:0
    =cfvs/1000k/4096 anthropic.claude-3-5-sonnet-20240620-v1:0
    =cfvps/1000k/8192 anthropic.claude-3-5-sonnet-20241022-v2:0
    =cfvrps/200k/8192 anthropic.claude-3-7-sonnet-20240620-v1:0
      eu.anthropic.claude-3-7-sonnet-20250219-v1:0
      us-gov-west-1/anthropic.claude-3-7-sonnet-20250219-v1:0
    =cfvs/200k/4096 anthropic.claude-3-haiku-20240307-v1:0 anthropic.claude-3-opus-20240229-v1:0
      anthropic.claude-3-sonnet-20240229-v1:0 apac.anthropic.claude-3-5-sonnet-20240620-v1:0
      apac.anthropic.claude-3-haiku-20240307-v1:0 apac.anthropic.claude-3-sonnet-20240229-v1:0
      eu.anthropic.claude-3-5-sonnet-20240620-v1:0 eu.anthropic.claude-3-haiku-20240307-v1:0
      eu.anthropic.claude-3-opus-20240229-v1:0 eu.anthropic.claude-3-sonnet-20240229-v1:0
      invoke/anthropic.claude-3-5-sonnet-20240620-v1:0
      us-gov-east-1/anthropic.claude-3-haiku-20240307-v1:0
      us-gov-west-1/anthropic.claude-3-haiku-20240307-v1:0
      us.anthropic.claude-3-5-sonnet-20240620-v1:0 us.anthropic.claude-3-haiku-20240307-v1:0
      us.anthropic.claude-3-opus-20240229-v1:0 us.anthropic.claude-3-sonnet-20240229-v1:0
    =c/100k/8191 anthropic.claude-instant-v1 anthropic.claude-v1 anthropic.claude-v2:1
      ap-northeast-1/1-month-commitment/anthropic.claude-instant-v1
      ap-northeast-1/1-month-commitment/anthropic.claude-v1
      ap-northeast-1/1-month-commitment/anthropic.claude-v2:1
      ap-northeast-1/6-month-commitment/anthropic.claude-instant-v1
      ap-northeast-1/6-month-commitment/anthropic.claude-v1
      ap-northeast-1/6-month-commitment/anthropic.claude-v2:1
      ap-northeast-1/anthropic.claude-instant-v1 ap-northeast-1/anthropic.claude-v1
      ap-northeast-1/anthropic.claude-v2:1
      eu-central-1/1-month-commitment/anthropic.claude-instant-v1
      eu-central-1/1-month-commitment/anthropic.claude-v1
      eu-central-1/1-month-commitment/anthropic.claude-v2:1
      eu-central-1/6-month-commitment/anthropic.claude-instant-v1
      eu-central-1/6-month-commitment/anthropic.claude-v1
      eu-central-1/6-month-commitment/anthropic.claude-v2:1
      eu-central-1/anthropic.claude-instant-v1 eu-central-1/anthropic.claude-v1
      eu-central-1/anthropic.claude-v2:1 us-east-1/1-month-commitment/anthropic.claude-instant-v1
      us-east-1/1-month-commitment/anthropic.claude-v1
      us-east-1/1-month-commitment/anthropic.claude-v2:1
      us-east-1/6-month-commitment/anthropic.claude-instant-v1
      us-east-1/6-month-commitment/anthropic.claude-v1
      us-east-1/6-month-commitment/anthropic.claude-v2:1 us-east-1/anthropic.claude-instant-v1
      us-east-1/anthropic.claude-v1 us-east-1/anthropic.claude-v2:1
      us-west-2/1-month-commitment/anthropic.claude-instant-v1
      us-west-2/1-month-commitment/anthropic.claude-v1
      us-west-2/1-month-commitment/anthropic.claude-v2:1
      us-west-2/6-month-commitment/anthropic.claude-instant-v1
      us-west-2/6-month-commitment/anthropic.claude-v1
      us-west-2/6-month-commitment/anthropic.claude-v2:1 us-west-2/anthropic.claude-instant-v1
      us-west-2/anthropic.claude-v1 us-west-2/anthropic.claude-v2:1
    =cfr/163840/163840 ap-northeast-1/deepseek.v3.2 ap-south-1/deepseek.v3.2
      ap-southeast-3/deepseek.v3.2 eu-north-1/deepseek.v3.2 sa-east-1/deepseek.v3.2
      us-east-1/deepseek.v3.2 us-east-2/deepseek.v3.2 us-west-2/deepseek.v3.2
    =cf/196k/8192 ap-northeast-1/minimax.minimax-m2.1 ap-south-1/minimax.minimax-m2.1
      ap-southeast-3/minimax.minimax-m2.1 eu-central-1/minimax.minimax-m2.1
      eu-north-1/minimax.minimax-m2.1 eu-south-1/minimax.minimax-m2.1
      eu-west-1/minimax.minimax-m2.1 eu-west-2/minimax.minimax-m2.1 sa-east-1/minimax.minimax-m2.1
      us-east-1/minimax.minimax-m2.1 us-east-2/minimax.minimax-m2.1 us-west-2/minimax.minimax-m2.1
    =cfr/262144/262144 ap-northeast-1/moonshotai.kimi-k2-thinking
      ap-south-1/moonshotai.kimi-k2-thinking moonshotai.kimi-k2-thinking
      sa-east-1/moonshotai.kimi-k2-thinking us-east-1/moonshotai.kimi-k2-thinking
      us-east-2/moonshotai.kimi-k2-thinking us-west-2/moonshotai.kimi-k2-thinking
    =cfv/262144/262144 ap-northeast-1/moonshotai.kimi-k2.5 ap-south-1/moonshotai.kimi-k2.5
      ap-southeast-3/moonshotai.kimi-k2.5 eu-north-1/moonshotai.kimi-k2.5
      sa-east-1/moonshotai.kimi-k2.5 us-east-1/moonshotai.kimi-k2.5 us-east-2/moonshotai.kimi-k2.5
      us-west-2/moonshotai.kimi-k2.5
    =cf/262144/8192 ap-northeast-1/qwen.qwen3-coder-next ap-south-1/qwen.qwen3-coder-next
      ap-southeast-3/qwen.qwen3-coder-next eu-central-1/qwen.qwen3-coder-next
      eu-south-1/qwen.qwen3-coder-next eu-west-1/qwen.qwen3-coder-next
      eu-west-2/qwen.qwen3-coder-next sa-east-1/qwen.qwen3-coder-next
      us-east-1/qwen.qwen3-coder-next us-east-2/qwen.qwen3-coder-next
      us-west-2/qwen.qwen3-coder-next
    =c/8192/8192 ap-south-1/meta.llama3-70b-instruct-v1:0 ap-south-1/meta.llama3-8b-instruct-v1:0
      ca-central-1/meta.llama3-70b-instruct-v1:0 ca-central-1/meta.llama3-8b-instruct-v1:0
      eu-west-1/meta.llama3-70b-instruct-v1:0 eu-west-1/meta.llama3-8b-instruct-v1:0
      eu-west-2/meta.llama3-70b-instruct-v1:0 eu-west-2/meta.llama3-8b-instruct-v1:0
      meta.llama3-70b-instruct-v1:0 meta.llama3-8b-instruct-v1:0
      sa-east-1/meta.llama3-70b-instruct-v1:0 sa-east-1/meta.llama3-8b-instruct-v1:0
      us-east-1/meta.llama3-70b-instruct-v1:0 us-east-1/meta.llama3-8b-instruct-v1:0
      us-west-1/meta.llama3-70b-instruct-v1:0 us-west-1/meta.llama3-8b-instruct-v1:0
    =cfvps/200k/8192 apac.anthropic.claude-3-5-sonnet-20241022-v2:0
      eu.anthropic.claude-3-5-sonnet-20241022-v2:0 us.anthropic.claude-3-5-sonnet-20241022-v2:0
    =cfvrps/200k/64k claude-sonnet-4-5-20250929-v1:0
    =c/128k/4096 cohere.command-r-plus-v1:0 cohere.command-r-v1:0
    =e/512/- cohere.embed-english-v3 cohere.embed-multilingual-v3
    =e/128k/- cohere.embed-v4:0
    =c/32k/8191 eu-west-3/mistral.mistral-7b-instruct-v0:2
      eu-west-3/mistral.mixtral-8x7b-instruct-v0:1 mistral.mistral-7b-instruct-v0:2
      mistral.mixtral-8x7b-instruct-v0:1 us-east-1/mistral.mistral-7b-instruct-v0:2
      us-east-1/mistral.mixtral-8x7b-instruct-v0:1 us-west-2/mistral.mistral-7b-instruct-v0:2
      us-west-2/mistral.mixtral-8x7b-instruct-v0:1
    =cf/32k/8191 eu-west-3/mistral.mistral-large-2402-v1:0 mistral.mistral-large-2402-v1:0
      mistral.mistral-small-2402-v1:0 us-east-1/mistral.mistral-large-2402-v1:0
      us-west-2/mistral.mistral-large-2402-v1:0
    =cf/128k/4096 eu.meta.llama3-2-1b-instruct-v1:0 eu.meta.llama3-2-3b-instruct-v1:0
      meta.llama3-1-405b-instruct-v1:0 meta.llama3-2-1b-instruct-v1:0
      meta.llama3-2-3b-instruct-v1:0 us.meta.llama3-1-405b-instruct-v1:0
      us.meta.llama3-2-1b-instruct-v1:0 us.meta.llama3-2-3b-instruct-v1:0
    =e/77/- eu.twelvelabs.marengo-embed-2-7-v1:0 twelvelabs.marengo-embed-2-7-v1:0
      us.twelvelabs.marengo-embed-2-7-v1:0
    =c/-/- eu.twelvelabs.pegasus-1-2-v1:0 twelvelabs.pegasus-1-2-v1:0
      us.twelvelabs.pegasus-1-2-v1:0
    =cf/128k/2048 meta.llama3-1-70b-instruct-v1:0 meta.llama3-1-8b-instruct-v1:0
      us.meta.llama3-1-70b-instruct-v1:0 us.meta.llama3-1-8b-instruct-v1:0
    =cfv/128k/4096 meta.llama3-2-11b-instruct-v1:0 meta.llama3-2-90b-instruct-v1:0
      us.meta.llama3-2-11b-instruct-v1:0 us.meta.llama3-2-90b-instruct-v1:0
    =cf/128k/8191 mistral.mistral-large-2407-v1:0
    =cfvr/262144/262144 moonshotai.kimi-k2.5
    =cfvps/300k/10k us-gov-east-1/amazon.nova-pro-v1:0 us-gov-west-1/amazon.nova-pro-v1:0
    =cfvs/200k/8192 us-gov-east-1/anthropic.claude-3-5-sonnet-20240620-v1:0
      us-gov-west-1/anthropic.claude-3-5-sonnet-20240620-v1:0
    =cfvrps/200k/4096 us-gov-east-1/claude-sonnet-4-5-20250929-v1:0
      us-gov-west-1/claude-sonnet-4-5-20250929-v1:0
    =c/8k/2048 us-gov-east-1/meta.llama3-70b-instruct-v1:0
      us-gov-east-1/meta.llama3-8b-instruct-v1:0 us-gov-west-1/meta.llama3-70b-instruct-v1:0
      us-gov-west-1/meta.llama3-8b-instruct-v1:0
  `,
  vertex_ai: `
    =cf/200k/8192 claude-3-5-haiku claude-3-5-haiku@20241022
    =cfv/200k/8192 claude-3-5-sonnet claude-3-5-sonnet@20240620
    =cfvrps/200k/8192/2026-05-11 claude-3-7-sonnet@20250219
    =cfv/200k/4096 claude-3-haiku claude-3-haiku@20240307 claude-3-opus claude-3-opus@20240229
      claude-3-sonnet claude-3-sonnet@20240229
    =cfvrps/200k/8192 claude-haiku-4-5@20251001
    =cfvrps/200k/32k claude-opus-4 claude-opus-4@20250514
    =cfv/200k/32k claude-opus-4-1 claude-opus-4-1@20250805
    =cfvrps/200k/64k claude-opus-4-5 claude-opus-4-5@20251101 claude-sonnet-4-5
      claude-sonnet-4-5@20250929
    =cfvrps/1000k/128k claude-opus-4-6 claude-opus-4-6@default
    =cfvrps/1000k/64k claude-sonnet-4 claude-sonnet-4-6 claude-sonnet-4-6@default
      claude-sonnet-4@20250514
    =cf/128k/128k codestral-2 codestral-2501 codestral-2@001 codestral@2405 codestral@latest
      mistral-nemo@2407 mistral-nemo@latest mistralai/codestral-2 mistralai/codestral-2@001
    =cfrp/65336/8192 deepseek-ai/deepseek-r1-0528-maas
    =cfrp/163840/32768 deepseek-ai/deepseek-v3.1-maas deepseek-ai/deepseek-v3.2-maas
    =cfvps/1048576/8192/2026-06-01 gemini-2.0-flash gemini-2.0-flash-001 gemini-2.0-flash-lite
      gemini-2.0-flash-lite-001
    =cfv/128k/64k gemini-2.5-computer-use-preview-10-2025
    =cfvrps/1048576/65535 gemini-2.5-flash gemini-2.5-flash-lite
      gemini-2.5-flash-lite-preview-09-2025 gemini-2.5-flash-preview-09-2025 gemini-2.5-pro
      gemini-3-flash-preview
    =cfvrps/1048576/65535/2025-11-18 gemini-2.5-flash-lite-preview-06-17
    =cfvps/1048576/65535 gemini-2.5-pro-preview-tts
    =cfvrps/1048576/65535/2026-03-26 gemini-3-pro-preview
    =cfvrps/1048576/65536 gemini-3.1-flash-lite-preview gemini-3.1-pro-preview
      gemini-3.1-pro-preview-customtools
    =e/2048/- gemini-embedding-001 multimodalembedding multimodalembedding@001 text-embedding-005
      text-multilingual-embedding-002
    =e/8192/- gemini-embedding-2-preview text-embedding-large-exp-03-07
    =e/1000k/8192 gemini-flash-experimental
    =cfvrs/1048576/65535 gemini-robotics-er-1.5-preview
    =c/256k/256k jamba-1.5 jamba-1.5-large jamba-1.5-large@001 jamba-1.5-mini jamba-1.5-mini@001
    =c/8192/1024 medlm-large
    =c/32768/8192 medlm-medium
    =cv/128k/2048 meta/llama-3.1-405b-instruct-maas meta/llama-3.1-70b-instruct-maas
      meta/llama-3.1-8b-instruct-maas meta/llama-3.2-90b-vision-instruct-maas
    =cf/1000k/1000k meta/llama-4-maverick-17b-128e-instruct-maas
      meta/llama-4-maverick-17b-16e-instruct-maas
    =cf/10000k/10000k meta/llama-4-scout-17b-128e-instruct-maas
      meta/llama-4-scout-17b-16e-instruct-maas
    =c/32k/32k meta/llama3-405b-instruct-maas meta/llama3-70b-instruct-maas
      meta/llama3-8b-instruct-maas
    =cf/196608/196608 minimaxai/minimax-m2-maas
    =cf/128k/8191 mistral-large-2411 mistral-large@2407 mistral-large@2411-001 mistral-large@latest
      mistral-medium-3 mistral-medium-3@001 mistralai/mistral-medium-3
      mistralai/mistral-medium-3@001
    =cfv/128k/128k mistral-small-2503
    =cf/32k/8191 mistral-small-2503@001
    =cf/256k/256k moonshotai/kimi-k2-thinking-maas
    =cr/131072/32768 openai/gpt-oss-120b-maas openai/gpt-oss-20b-maas
    =cf/262144/16384 qwen/qwen3-235b-a22b-instruct-2507-maas
    =cf/262144/32768 qwen/qwen3-coder-480b-a35b-instruct-maas
    =cf/262144/262144 qwen/qwen3-next-80b-a3b-instruct-maas qwen/qwen3-next-80b-a3b-thinking-maas
    =e/2048/-/2026-01-14 text-embedding-004
    =e/3072/- text-embedding-preview-0409
    =t/8192/1024 text-unicorn text-unicorn@001
    =cfr/200k/128k zai-org/glm-4.7-maas
    =cfrp/200k/128k zai-org/glm-5-maas
  `,
};
