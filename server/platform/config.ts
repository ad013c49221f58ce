import { isIP } from 'node:net'
import path from 'node:path'
import { z } from 'zod'

const port = z.coerce.number().int().min(0).max(65535)
export const processRoles = ['web', 'worker', 'feed'] as const
export type ProcessRole = (typeof processRoles)[number]

const list = z
  .string()
  .min(1)
  .transform((text) => text.split(',').map((word) => word.trim()))
  .refine((words) => words.every((word) => word !== ''), 'must be a comma-separated list')

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const family = isIP(address)
  if (family === 0 || more.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}

const environment = z
  .object({
    PORT: port.default(3000),
    MLLP_PORT: port.default(2575),
    /** Files (PEM): certificate and key of the MLLP listener with TLS, and the authority of the senders' own certificates. */
    MLLP_TLS_CERT: z.string().min(1).optional(),
    MLLP_TLS_KEY: z.string().min(1).optional(),
    MLLP_TLS_CA: z.string().min(1).optional(),
    MLLP_TLS_PORT: port.optional(),
    /** Certificates of senders, of those that the authority signed: SHA-256 fingerprints or common names. */
    MLLP_TLS_SENDERS: list.optional(),
    /** Addresses and networks (CIDR) that may send HL7. */
    MLLP_ALLOW: list
      .refine(
        (all) => all.every(isNetwork),
        'must be addresses or networks such as 10.1.0.0/16, comma-separated',
      )
      .optional(),
    HOST: z.string().min(1).optional(),
    CARELOOP_DATA_DIR: z.string().min(1).default('./data'),
    DATABASE_URL: z
      .string()
      .refine(isPostgresUrl, 'must look like postgres://user:password@host:5432/database')
      .optional(),
    /** The role that owns the tables, when DATABASE_URL names one that only works with them. */
    DATABASE_OWNER_URL: z
      .string()
      .refine(isPostgresUrl, 'must look like postgres://user:password@host:5432/database')
      .optional(),
    /** Which parts this process runs: `all`, or a comma-separated list of web, worker, feed. */
    ROLE: z
      .string()
      .default('all')
      .transform((text, context): ProcessRole[] => {
        if (text === 'all') return [...processRoles]
        const words = text.split(',').map((word) => word.trim())
        const known = processRoles.filter((role) => words.includes(role))
        if (known.length === 0 || known.length !== words.length)
          context.addIssue('must be "all" or a comma-separated list of web, worker, feed')
        return known
      }),
    /** Where the anchors of the audit go besides the data directory: a file, a syslog server, a mail address. */
    AUDIT_ANCHOR_FILE: z.string().min(1).optional(),
    AUDIT_ANCHOR_SYSLOG: z
      .string()
      .regex(/^(udp|tcp|tls):\/\/[^/:]+:\d{1,5}$/, 'must look like udp://host:514, tcp://… or tls://…')
      .optional(),
    AUDIT_ANCHOR_MAIL: z.email().optional(),
    AUDIT_ANCHOR_SMTP: z
      .string()
      .regex(/^smtps?:\/\//, 'must look like smtps://user:password@host:465')
      .optional(),
    CARELOOP_ADMIN_PASSWORD: z.string().min(8, 'must have at least 8 characters').max(128).optional(),
    /** Key for sessions and stored secrets; needed when several machines share one database. */
    CARELOOP_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
    /** Address under which people reach this installation, for links in mail and cookie security. */
    CARELOOP_URL: z.url().optional(),
    /** Number of reverse proxies in front of us whose X-Forwarded-For is believed. */
    CARELOOP_TRUSTED_PROXIES: z.coerce.number().int().min(0).max(5).default(0),
    /** Program that speaks: text on its input, the language as its last argument, a WAV file on its output. */
    CARELOOP_SPEECH_COMMAND: z.string().min(1).optional(),
    DATABASE_POOL: z.coerce.number().int().min(2).max(200).default(16),
    LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  })
  .superRefine((value, context) => {
    const { MLLP_TLS_CERT: cert, MLLP_TLS_KEY: key, MLLP_TLS_PORT: tlsPort } = value
    const report = (variable: string, message: string) =>
      context.addIssue({ code: 'custom', path: [variable], message })
    if (key !== undefined && cert === undefined) report('MLLP_TLS_CERT', 'is missing, MLLP_TLS_KEY needs it')
    if (cert !== undefined && key === undefined) report('MLLP_TLS_KEY', 'is missing, MLLP_TLS_CERT needs it')
    if (value.MLLP_TLS_SENDERS !== undefined && value.MLLP_TLS_CA === undefined)
      report('MLLP_TLS_SENDERS', 'does nothing without MLLP_TLS_CA')
    for (const name of ['MLLP_TLS_CA', 'MLLP_TLS_PORT'] as const)
      if (value[name] !== undefined && cert === undefined)
        report(name, 'does nothing without MLLP_TLS_CERT and MLLP_TLS_KEY')
    if (value.DATABASE_OWNER_URL !== undefined && value.DATABASE_URL === undefined)
      report('DATABASE_OWNER_URL', 'does nothing without DATABASE_URL')
    if (value.AUDIT_ANCHOR_MAIL !== undefined && value.AUDIT_ANCHOR_SMTP === undefined)
      report('AUDIT_ANCHOR_SMTP', 'is missing, AUDIT_ANCHOR_MAIL needs it')
    if (tlsPort !== undefined && tlsPort !== 0 && tlsPort === value.MLLP_PORT)
      report('MLLP_TLS_PORT', 'must differ from MLLP_PORT')
  })

export type Config = {
  port: number
  mllpPort: number
  /** The MLLP listener with TLS, beside the plain one; undefined: there is none. Paths of PEM files. */
  mllpTls:
    | {
        port: number
        cert: string
        key: string
        ca: string | undefined
        /** Fingerprints (SHA-256, 64 hexadecimal digits in small letters) or common names. */
        senders?: string[] | undefined
      }
    | undefined
  /** Addresses and networks that may send HL7; undefined: all. */
  mllpAllow: string[] | undefined
  /** Address to listen on; undefined: all of them (the demo: this machine only). */
  host: string | undefined
  dataDir: string
  databaseUrl: string | undefined
  /** Of the role that migrates and restores; undefined: that of `databaseUrl` does. */
  databaseOwnerUrl: string | undefined
  databasePool: number
  /** Where anchors of the audit are sent. */
  anchors: {
    file: string | undefined
    syslog: string | undefined
    mail: { to: string; smtp: string } | undefined
  }
  roles: ProcessRole[]
  adminPassword: string | undefined
  secret: string | undefined
  publicUrl: string | undefined
  speechCommand: string | undefined
  trustedProxies: number
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
}

/** A configuration that an operator has to mend; its message is a list of plain sentences. */
export class ConfigError extends Error {}

/** The parser's own error would quote the address, with its password. */
function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//.test(text) && URL.canParse(text)
}

/**
 * Validates environment variables. This file is the only one that reads the environment.
 * @throws {ConfigError} naming each wrong variable and what was expected
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const parsed = environment.safeParse(env)
  if (!parsed.success) {
    const sentences = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new ConfigError(`The configuration cannot be used.\n  ${sentences.join('\n  ')}`)
  }
  const value = parsed.data
  return {
    port: value.PORT,
    mllpPort: value.MLLP_PORT,
    mllpTls:
      value.MLLP_TLS_CERT !== undefined && value.MLLP_TLS_KEY !== undefined
        ? {
            port: value.MLLP_TLS_PORT ?? 2576,
            cert: path.resolve(value.MLLP_TLS_CERT),
            key: path.resolve(value.MLLP_TLS_KEY),
            ca: value.MLLP_TLS_CA === undefined ? undefined : path.resolve(value.MLLP_TLS_CA),
            senders: value.MLLP_TLS_SENDERS?.map((one) =>
              /^(?:[\da-f]{2}:?){32}$/i.test(one) ? one.replaceAll(':', '').toLowerCase() : one,
            ),
          }
        : undefined,
    mllpAllow: value.MLLP_ALLOW,
    host: value.HOST,
    dataDir: path.resolve(value.CARELOOP_DATA_DIR),
    databaseUrl: value.DATABASE_URL,
    databaseOwnerUrl: value.DATABASE_OWNER_URL,
    databasePool: value.DATABASE_POOL,
    anchors: {
      file: value.AUDIT_ANCHOR_FILE === undefined ? undefined : path.resolve(value.AUDIT_ANCHOR_FILE),
      syslog: value.AUDIT_ANCHOR_SYSLOG,
      mail:
        value.AUDIT_ANCHOR_MAIL !== undefined && value.AUDIT_ANCHOR_SMTP !== undefined
          ? { to: value.AUDIT_ANCHOR_MAIL, smtp: value.AUDIT_ANCHOR_SMTP }
          : undefined,
    },
    roles: value.ROLE,
    adminPassword: value.CARELOOP_ADMIN_PASSWORD,
    secret: value.CARELOOP_SECRET,
    publicUrl: value.CARELOOP_URL,
    speechCommand: value.CARELOOP_SPEECH_COMMAND,
    trustedProxies: value.CARELOOP_TRUSTED_PROXIES,
    logLevel: value.LOG_LEVEL,
  }
}
