import path from 'node:path'
import { z } from 'zod'

const port = z.coerce.number().int().min(0).max(65535)
export const processRoles = ['web', 'worker', 'feed'] as const
export type ProcessRole = (typeof processRoles)[number]

const environment = z.object({
  PORT: port.default(3000),
  MLLP_PORT: port.default(2575),
  HOST: z.string().min(1).optional(),
  CARELOOP_DATA_DIR: z.string().min(1).default('./data'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must look like postgres://user:password@host:5432/database')
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
  CARELOOP_ADMIN_PASSWORD: z.string().min(8, 'must have at least 8 characters').max(128).optional(),
  /** Key for sessions and stored secrets; needed when several machines share one database. */
  CARELOOP_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  /** Address under which people reach this installation, for links in mail and cookie security. */
  CARELOOP_URL: z.url().optional(),
  /** Number of reverse proxies in front of us whose X-Forwarded-For is believed. */
  CARELOOP_TRUSTED_PROXIES: z.coerce.number().int().min(0).max(5).default(0),
  DATABASE_POOL: z.coerce.number().int().min(2).max(200).default(16),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
})

export type Config = {
  port: number
  mllpPort: number
  /** Address to listen on; undefined: all of them (the demo: this machine only). */
  host: string | undefined
  dataDir: string
  databaseUrl: string | undefined
  databasePool: number
  roles: ProcessRole[]
  adminPassword: string | undefined
  secret: string | undefined
  publicUrl: string | undefined
  trustedProxies: number
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
}

/** A configuration that an operator has to mend; its message is a list of plain sentences. */
export class ConfigError extends Error {}

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
    host: value.HOST,
    dataDir: path.resolve(value.CARELOOP_DATA_DIR),
    databaseUrl: value.DATABASE_URL,
    databasePool: value.DATABASE_POOL,
    roles: value.ROLE,
    adminPassword: value.CARELOOP_ADMIN_PASSWORD,
    secret: value.CARELOOP_SECRET,
    publicUrl: value.CARELOOP_URL,
    trustedProxies: value.CARELOOP_TRUSTED_PROXIES,
    logLevel: value.LOG_LEVEL,
  }
}
