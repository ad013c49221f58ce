import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import path from 'node:path'
import { UsageError } from './run.ts'

export type AsteriskOptions = {
  dir: string
  /** Address of CareLoop as Asterisk sees it: nobody else may use the interfaces. */
  careloop: string
  /** Address at which Asterisk offers them. */
  bind: string
  /** Extensions that are browsers: `8001-8010`. */
  extensions: string
  queue: string
  trunk: string
}

/** Fields of `cel_custom.conf` as Asterisk's own sample has them: the reader of the file knows these (feeds/telephony/records.ts). */
const celFields = [
  '${eventtype}',
  '${eventtime}',
  ...['name', 'num', 'ANI', 'RDNIS', 'DNID'].map((name) => `\${CALLERID(${name})}`),
  ...[
    'exten',
    'context',
    'channame',
    'appname',
    'appdata',
    'amaflags',
    'accountcode',
    'uniqueid',
    'linkedid',
  ].map((name) => `\${CHANNEL(${name})}`),
]

const secret = () => randomBytes(24).toString('base64url')

/** Most telephones that one run makes. */
const mostExtensions = 500

/**
 * Writes configuration for Asterisk 18 and newer, with secrets made for it. Nothing that is there is overwritten.
 * @returns what to do next
 * @throws {UsageError}
 */
export async function writeAsteriskConfig(options: AsteriskOptions): Promise<string> {
  const { dir, careloop, bind, queue, trunk } = options
  for (const [name, text] of [
    ['--careloop', careloop],
    ['--bind', bind],
  ] as const)
    if (isIP(text) !== 4) throw new UsageError(`${name}: ${text} is no IPv4 address`)
  for (const [name, text] of [
    ['--queue', queue],
    ['--trunk', trunk],
  ] as const)
    if (!/^[A-Za-z0-9_-]{1,40}$/.test(text))
      throw new UsageError(`${name}: letters, digits, - and _ only, not ${text}`)
  const extensions = range(options.extensions)
  const files = filesOf(options, extensions)
  await mkdir(dir, { recursive: true, mode: 0o700 })
  for (const [name, text] of Object.entries(files))
    await writeFile(path.join(dir, name), text, { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST')
        throw new UsageError(`${path.join(dir, name)} is there already: name another directory`)
      throw error
    })
  return nextSteps(options, extensions)
}

function range(text: string): string[] {
  const [, first = '', last = first] = /^([1-9]\d{1,5})(?:-([1-9]\d{1,5}))?$/.exec(text) ?? []
  const count = Number(last) - Number(first) + 1
  if (first === '' || first.length !== last.length || count < 1 || count > mostExtensions)
    throw new UsageError(
      `--extensions: such as 8001 or 8001-8010, at most ${mostExtensions} of them, not ${text}`,
    )
  return Array.from({ length: count }, (_, n) => String(Number(first) + n))
}

function filesOf(
  { careloop, bind, queue, trunk }: AsteriskOptions,
  extensions: string[],
): Record<string, string> {
  const file = (of: string, lines: string[]) =>
    [`; Last line of ${of}: #include careloop/${of}`, ...lines, ''].join('\n')
  return {
    'manager.conf': file('manager.conf', [
      '[general](+)',
      'enabled = yes',
      'port = 5038',
      `bindaddr = ${bind}`,
      '; Times of events, not of their receipt.',
      'timestampevents = yes',
      '',
      '[careloop]',
      `secret = ${secret()}`,
      'deny = 0.0.0.0/0.0.0.0',
      `permit = ${careloop}/255.255.255.255`,
      '; call: calls and who rings; agent: queues.',
      'read = call,agent',
      '; call: hang up, transfer; agent: breaks in the queue; originate: dial, listen in; reporting: which calls run.',
      '; Holding a desk telephone from the screen needs system, too (PJSIPNotify), which may load modules: add it only if you want that.',
      '; Browsers hold by themselves.',
      'write = call,agent,originate,reporting',
    ]),
    'http.conf': file('http.conf', [
      '[general](+)',
      'enabled = yes',
      '; For CareLoop alone: recordings and calls by machine.',
      `bindaddr = ${bind}`,
      'bindport = 8088',
      "; For agents' browsers: encrypted, with a certificate that they trust.",
      'tlsenable = yes',
      'tlsbindaddr = 0.0.0.0:8089',
      'tlscertfile = /etc/asterisk/keys/asterisk.pem',
      'tlsprivatekey = /etc/asterisk/keys/asterisk.key',
    ]),
    'ari.conf': file('ari.conf', [
      '[general](+)',
      'enabled = yes',
      '',
      '[careloop]',
      'type = user',
      'read_only = no',
      `password = ${secret()}`,
      'password_format = plain',
    ]),
    'cel.conf': file('cel.conf', [
      '[general](+)',
      'enable = yes',
      'apps = dial,queue',
      'events = CHAN_START,ANSWER,BRIDGE_ENTER,BRIDGE_EXIT,HANGUP,LINKEDID_END',
    ]),
    'cel_custom.conf': file('cel_custom.conf', [
      '[mappings](+)',
      `Master.csv => ${celFields.map((field) => `\${CSV_QUOTE(${field})}`).join(',')}`,
    ]),
    'pjsip.conf': file('pjsip.conf', [
      '; Telephones in browsers (WebRTC). Keys of a call go as INFO.',
      '[careloop-wss]',
      'type = transport',
      'protocol = wss',
      'bind = 0.0.0.0',
      '',
      '[careloop-browser](!)',
      'type = endpoint',
      'context = from-internal',
      'webrtc = yes',
      'disallow = all',
      'allow = alaw,ulaw',
      'dtmf_mode = info',
      ...extensions.flatMap((extension) => [
        '',
        `[${extension}](careloop-browser)`,
        `auth = ${extension}`,
        `aors = ${extension}`,
        '',
        `[${extension}]`,
        'type = auth',
        'auth_type = userpass',
        `username = ${extension}`,
        `password = ${secret()}`,
        '',
        `[${extension}]`,
        'type = aor',
        'max_contacts = 1',
        'remove_existing = yes',
        'qualify_frequency = 30',
      ]),
    ]),
    'queues.conf': file('queues.conf', [
      `[${queue}]`,
      'strategy = rrmemory',
      'timeout = 20',
      'retry = 2',
      'ringinuse = no',
      'joinempty = yes',
      ...extensions.map((extension) => `member => PJSIP/${extension}`),
    ]),
    'extensions.conf': file('extensions.conf', [
      '; Send calls from outside here: Goto(careloop-in,s,1).',
      '[careloop-in]',
      `exten => s,1,Queue(${queue},t)`,
      ' same => n,Hangup()',
      '',
      '; Calls by machine: answering machines are told from people before CareLoop speaks.',
      '[careloop-amd]',
      'exten => s,1,Answer()',
      ' same => n,AMD()',
      ' same => n,Stasis(${CARELOOP_APP},${CARELOOP_CALL},${AMDSTATUS},${AMDCAUSE})',
      ' same => n,Hangup()',
      '',
      '; Whoever presses zero in one waits here for somebody.',
      '[careloop-agents]',
      `exten => s,1,Queue(${queue},t,,,60)`,
      ' same => n,Hangup()',
      '',
      '; Agents reach each other; numbers of the mainland go out. Put both into your own context if there is one already.',
      '[from-internal]',
      ...extensions.map((extension) => `exten => ${extension},1,Dial(PJSIP/${extension},30)`),
      `exten => _1[3-9]XXXXXXXXX,1,Dial(PJSIP/\${EXTEN}@${trunk},60)`,
      `exten => _0X.,1,Dial(PJSIP/\${EXTEN}@${trunk},60)`,
    ]),
    'nginx.conf': [
      '# The file of channel events, for CareLoop alone.',
      'server {',
      `  listen ${bind}:8090;`,
      '  location = /cel.csv {',
      '    alias /var/log/asterisk/cel-custom/Master.csv;',
      `    allow ${careloop};`,
      '    deny all;',
      '  }',
      '}',
      '',
    ].join('\n'),
  }
}

function nextSteps({ dir, bind, trunk }: AsteriskOptions, extensions: string[]): string {
  const [first = ''] = extensions
  const rule = extensions.length === 1 ? `^${first}$` : `^${first.slice(0, 1)}[0-9]{${first.length - 1}}$`
  return [
    `Written to ${dir}. The secrets in it were made just now and stand nowhere else.`,
    '',
    `1. Copy it to /etc/asterisk/careloop (owner: asterisk, mode 0600), and name each file in the last line of the one it belongs to:`,
    '   manager.conf, http.conf, ari.conf, cel.conf, cel_custom.conf, pjsip.conf, queues.conf, extensions.conf (#include careloop/…).',
    '   A file that you do not have yet begins with a line [general], cel_custom.conf with [mappings].',
    '2. http.conf names a certificate: agents’ browsers must trust it. nginx.conf is for the web server beside Asterisk.',
    '3. Restart Asterisk (core restart when convenient): http.conf and cel.conf are not all read anew.',
    '4. In CareLoop: Settings › Channels › Telephone systems, with',
    `     host ${bind}, port 5038, manager user careloop, password as in manager.conf`,
    `     extensions ${rule}, context from-internal`,
    `     file of channel events http://${bind}:8090/cel.csv`,
    `     ARI http://${bind}:8088/ari, user careloop, password as in ari.conf, line PJSIP/{number}@${trunk}, contexts careloop-amd and careloop-agents`,
    `     browsers wss://NAME-OF-THE-CERTIFICATE:8089/ws`,
    '5. Give each agent the password of their extension from pjsip.conf: they enter it once, at their telephone in the top bar.',
    '6. careloop telephony check',
  ].join('\n')
}
