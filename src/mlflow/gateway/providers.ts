/**
 * What credentials the providers of models take: field names are those their clients know
 * (mlflow/utils/providers.py of 3.11.1), the sentences are ours. A provider that is not named here
 * takes an API key.
 */

interface ProviderField {
  readonly name: string;
  readonly type: "string";
  readonly description: string;
  readonly required: boolean;
  readonly default?: string;
}

interface AuthMode {
  readonly mode: string;
  readonly display_name: string;
  readonly description: string;
  /** Kept encrypted. */
  readonly secret_fields: readonly ProviderField[];
  readonly config_fields: readonly ProviderField[];
}

const field = (name: string, description: string): ProviderField => {
  return { name, type: "string", description, required: true };
};
const optional = (name: string, description: string): ProviderField => {
  return { ...field(name, description), required: false };
};

const REGION = "AWS Region (e.g., us-east-1)";
const ROLE = "IAM Role ARN to assume";
const SESSION = optional("aws_session_name", "Session name for assumed role");
const ACCESS_KEYS = [
  field("aws_access_key_id", "AWS Access Key ID"),
  field("aws_secret_access_key", "AWS Secret Access Key"),
];
const DATABRICKS_HOST = field("api_base", "Databricks workspace URL");

function accessKeys(region: ProviderField): AuthMode {
  return {
    mode: "access_keys",
    display_name: "Access Keys",
    description: "Sign requests with an AWS access key and its secret",
    secret_fields: ACCESS_KEYS,
    config_fields: [region],
  };
}

const DEFAULT_CHAIN: AuthMode = {
  mode: "default_chain",
  display_name: "Default Credential Chain",
  description: "Use whatever AWS credentials the server itself finds",
  secret_fields: [],
  config_fields: [
    optional("aws_role_name", `${ROLE} (optional, for cross-account access)`),
    SESSION,
    optional("aws_region_name", REGION),
  ],
};

/** The first mode is the default. */
const MODES: Readonly<Record<string, readonly AuthMode[]>> = {
  bedrock: [
    {
      mode: "api_key",
      display_name: "API Key",
      description: "Send an Amazon Bedrock API key as bearer token",
      secret_fields: [field("api_key", "Amazon Bedrock API Key")],
      config_fields: [field("aws_region_name", "AWS Region")],
    },
    accessKeys(optional("aws_region_name", REGION)),
    {
      mode: "iam_role",
      display_name: "IAM Role Assumption",
      description: "Assume an IAM role from the AWS credentials the server itself finds",
      secret_fields: [],
      config_fields: [field("aws_role_name", ROLE), optional("aws_region_name", REGION)],
    },
    DEFAULT_CHAIN,
  ],
  azure: [
    {
      mode: "api_key",
      display_name: "API Key",
      description: "Use the key of an Azure OpenAI resource",
      secret_fields: [field("api_key", "Azure OpenAI API Key")],
      config_fields: [
        field("api_base", "Azure OpenAI endpoint URL"),
        field("api_version", "API version (e.g., 2024-02-01)"),
      ],
    },
  ],
  vertex_ai: [
    {
      mode: "service_account_json",
      display_name: "Service Account JSON",
      description: "Use the key file of a Google Cloud service account",
      secret_fields: [field("vertex_credentials", "Contents of the key file, which is JSON")],
      config_fields: [
        field("vertex_project", "GCP Project ID"),
        {
          ...optional("vertex_location", "GCP Region (e.g., us-central1)"),
          default: "us-central1",
        },
      ],
    },
  ],
  databricks: [
    {
      mode: "pat_token",
      display_name: "Personal Access Token",
      description: "Use a personal access token of the workspace",
      secret_fields: [field("api_key", "Databricks Personal Access Token")],
      config_fields: [DATABRICKS_HOST],
    },
    {
      mode: "oauth_m2m",
      display_name: "OAuth M2M (Service Principal)",
      description: "Sign in as a service principal (OAuth, machine to machine)",
      secret_fields: [field("client_secret", "OAuth Client Secret")],
      config_fields: [DATABRICKS_HOST, field("client_id", "OAuth Client ID")],
    },
  ],
  sagemaker: [
    accessKeys(field("aws_region_name", REGION)),
    {
      mode: "iam_role",
      display_name: "IAM Role Assumption",
      description: "Assume an IAM role, of another account perhaps, with an access key",
      secret_fields: ACCESS_KEYS,
      config_fields: [field("aws_role_name", ROLE), SESSION, field("aws_region_name", REGION)],
    },
    DEFAULT_CHAIN,
  ],
};

/** How to sign in with a provider, as the UI's form asks for it. */
export function describeProvider(provider: string): {
  auth_modes: readonly AuthMode[];
  default_mode: string;
} {
  const name = provider === "bedrock_converse" ? "bedrock" : provider;
  const modes = Object.hasOwn(MODES, name) ? (MODES[name] ?? []) : [apiKey(provider)];
  return { auth_modes: modes, default_mode: modes[0]?.mode ?? "" };
}

function apiKey(provider: string): AuthMode {
  const title = toTitle(provider);
  return {
    mode: "api_key",
    display_name: "API Key",
    description: `Use ${title} API Key`,
    secret_fields: [field("api_key", `${title} API Key`)],
    config_fields: [optional("api_base", `${title} API Base URL`)],
  };
}

/** Python's `str.title()`: every run of letters starts with a capital. */
function toTitle(text: string): string {
  return text.replace(/\p{L}+/gu, (word) => {
    const [first = "", ...rest] = word;
    const capital = first.toUpperCase();
    return `${capital.charAt(0)}${(capital.slice(1) + rest.join("")).toLowerCase()}`;
  });
}
