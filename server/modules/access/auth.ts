import { betterAuth } from 'better-auth'
import { APIError } from 'better-auth/api'
import { twoFactor } from 'better-auth/plugins/two-factor'
import { username } from 'better-auth/plugins/username'
import { log } from '../../platform/log.ts'
import { deriveKey } from '../../platform/secret.ts'
import type { Services } from '../../platform/services.ts'
import { longestSessionSeconds } from './session-limit.ts'

/** Internal header: better-auth reads the caller's address only from headers, and we decide what it is. */
export const addressHeader = 'x-careloop-address'

export type Auth = ReturnType<typeof createAuth>

/** Cookies are Secure with the `__Host-` prefix wherever people reach us by https. */
export function isHttps(services: Services): boolean {
  return services.config.publicUrl?.startsWith('https://') ?? false
}

export function sessionCookieName(services: Services): string {
  return cookieName(services, 'session')
}

export function challengeCookieName(services: Services): string {
  return cookieName(services, 'challenge')
}

function cookieName(services: Services, name: string): string {
  return isHttps(services) ? `__Host-careloop.${name}` : `careloop.${name}`
}

export function authSecret(services: Services): string {
  return deriveKey(services.secret, 'sessions').toString('hex')
}

/**
 * better-auth does the hard parts: password hashes, signed cookies, second factor. Its router is not mounted: `sign-in.ts` calls
 * the few endpoints we use, so limits, CSRF checks and audit are ours and no other endpoint can be reached.
 */
export function createAuth(services: Services) {
  const secure = isHttps(services)
  const { db } = services
  return betterAuth({
    appName: 'CareLoop',
    baseURL: services.config.publicUrl ?? `http://localhost:${services.config.port}`,
    secret: authSecret(services),
    database: { db, type: 'postgres' },
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    logger: { log: (level, message) => log.debug({ level }, `better-auth: ${message}`) },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 8, maxPasswordLength: 128 },
    user: {
      modelName: 'app_user',
      fields: { emailVerified: 'email_verified', createdAt: 'created_at', updatedAt: 'updated_at' },
    },
    session: {
      modelName: 'app_session',
      fields: {
        expiresAt: 'expires_at',
        ipAddress: 'ip_address',
        userAgent: 'user_agent',
        userId: 'user_id',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
      expiresIn: longestSessionSeconds,
      disableSessionRefresh: true,
      // "Fresh" would be another clock beside ours; sensitive acts ask for the password themselves.
      freshAge: 0,
    },
    account: {
      modelName: 'app_account',
      fields: {
        accountId: 'account_id',
        providerId: 'provider_id',
        userId: 'user_id',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
    },
    verification: {
      modelName: 'app_verification',
      fields: { expiresAt: 'expires_at', createdAt: 'created_at', updatedAt: 'updated_at' },
    },
    databaseHooks: {
      session: {
        create: {
          async before(session) {
            const row = await db
              .selectFrom('app_user')
              .select('suspended')
              .where('id', '=', session.userId)
              .executeTakeFirst()
            if (row?.suspended !== false) throw new APIError('FORBIDDEN', { code: 'SUSPENDED' })
          },
        },
      },
    },
    plugins: [
      username({
        minUsernameLength: 1,
        maxUsernameLength: 64,
        // Old names must keep working, so the rule for new ones is where users are created.
        usernameValidator: () => true,
        schema: { user: { fields: { username: 'username', displayUsername: 'display_username' } } },
      }),
      twoFactor({
        issuer: 'CareLoop',
        schema: {
          user: { fields: { twoFactorEnabled: 'two_factor_enabled' } },
          twoFactor: {
            modelName: 'app_two_factor',
            fields: {
              backupCodes: 'backup_codes',
              userId: 'user_id',
              failedVerificationCount: 'failed_verification_count',
              lockedUntil: 'locked_until',
            },
          },
        },
      }),
    ],
    advanced: {
      cookiePrefix: 'careloop',
      useSecureCookies: false,
      defaultCookieAttributes: { httpOnly: true, secure, sameSite: 'lax', path: '/' },
      cookies: {
        session_token: { name: sessionCookieName(services) },
        two_factor: { name: challengeCookieName(services) },
      },
      ipAddress: { ipAddressHeaders: [addressHeader] },
    },
  })
}
