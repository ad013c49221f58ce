import { boolean, integer, type SettingDefinition, text } from './define.ts'

const ours = 'CareLoop choice'

/** Links by which a workstation opens the desk; see docs/decisions/0022-workstation-links.md. */
export const launchSettings = {
  'security.launch': boolean(
    'security',
    false,
    `${ours}: whoever holds an integration key could then work as any member of staff of its site, so the site switches it on`,
  ),
  'security.launch-origins': text(
    'security',
    'text',
    '',
    `${ours}: exact origins of the HIS or EMR that may show the desk in a frame; empty = in a window of its own only`,
  ),
  'security.launch-open-seconds': integer(
    'security',
    60,
    'seconds',
    [10, 600],
    'RFC 6749 4.1.2 allows an authorization code 10 minutes at most; a workstation opens its link at once',
  ),
  'security.launch-session-hours': integer(
    'security',
    8,
    'hours',
    [1, 24],
    `${ours}: a shift; without a second factor of ours it is shorter than a session with a password`,
  ),
} as const satisfies Record<string, SettingDefinition>
