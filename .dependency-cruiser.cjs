/** Import zones: who may import whom. A cycle or a forbidden edge fails the tests. */
const zone = (name, from, to, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: to },
})

/** From the lowest to the highest: a module calls downwards only. What it means for those above travels as an event (`server/reactions.ts`). */
const modules =
  'setting organisation audit event access saved-view person group encounter hl7 clinical-fact questionnaire contact message template task appointment timeline form booking preference clock segment pathway campaign match intake guidance dispute promise case call voice conversation knowledge assistant team visit spot-check figure quality head-check instruction outbound launch portal waiting'.split(
    ' ',
  )
const upward = modules
  .slice(0, -1)
  .map((module, at) =>
    zone(
      `${module}-calls-downwards`,
      `^server/modules/${module}/.*(?<![.]test)[.]ts$`,
      `^server/modules/(${modules.slice(at + 1).join('|')})/`,
      'The order of modules is in .dependency-cruiser.cjs.',
    ),
  )

const sharedWithPaper =
  '^web/(i18n/(shape|zh-TW|(zh-CN|en)/.+)|format/number|theme/tokens|features/figure/(measures|report-sheet))[.]ts$'

module.exports = {
  forbidden: [
    ...upward,
    zone(
      'modules-know-no-feed',
      '^server/modules/.*(?<![.]test)[.]ts$',
      '^server/feeds/',
      'Feeds call modules.',
    ),
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    zone(
      'contract-stands-alone',
      '^contract/',
      '^(server|web|sim|test|bench)/',
      'Contracts import zod only; the renderer of texts, which the browser shares, liquidjs.',
    ),
    zone(
      'platform-knows-no-module',
      '^server/platform/',
      '^server/(modules|feeds|seed|cli)/',
      'Platform serves every module and knows none.',
    ),
    zone(
      'web-sees-only-contracts',
      '^web/',
      '^(server|sim|test|bench|torture)/',
      'The browser gets the contracts, never the server.',
    ),
    {
      name: 'server-without-web',
      severity: 'error',
      comment:
        'The server serves web/dist and imports none of its source, but for what page and PDF of the monthly report share: words, number formats, colours, columns and chart options, all without React and browser.',
      from: { path: '^server/' },
      to: { path: '^web/', pathNot: sharedWithPaper },
    },
    {
      name: 'shared-with-paper-is-plain',
      severity: 'error',
      comment: 'What the server draws on paper as well imports contracts and its like, nothing of a browser.',
      from: { path: sharedWithPaper },
      to: { pathNot: ['^contract/', sharedWithPaper], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'sim-speaks-public-interfaces',
      severity: 'error',
      comment: 'The simulated hospital may use our MLLP client and framer, nothing else of the server.',
      from: { path: '^sim/', pathNot: '[.]test[.]ts$' },
      to: { path: '^server/', pathNot: '^server/modules/hl7/(mllp-client|framer)[.]ts$' },
    },
    {
      name: 'sim-only-in-the-demo',
      severity: 'error',
      from: { path: '^server/', pathNot: '^server/(demo[.]ts|seed/demo/|.*[.]test[.]ts$)' },
      to: { path: '^sim/' },
    },
    {
      name: 'tests-are-leaves',
      severity: 'error',
      from: { pathNot: '([.]test[.]tsx?$|^test/|^torture/|^bench/|^scripts/test|^vitest[.]config)' },
      to: { path: '(^test/|[.]test[.]tsx?$)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^web/dist|^node_modules)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
}
