import { everywhere, integer, type SettingDefinition, text } from './define.ts'

const ours = 'CareLoop choice'

/** Sign-in of patients, and which reports they read at once. */
export const portalSettings = {
  'portal.verify-months': everywhere(
    integer(
      'portal',
      6,
      'months',
      [1, 60],
      `${ours}: telephone companies give a number to somebody else after 90 days; who has not signed in by it for so long says the year of birth again`,
    ),
  ),
  'portal.session-days': everywhere(
    integer(
      'portal',
      30,
      'days',
      [1, 365],
      `${ours}: a telephone is used by one person and locked by itself`,
    ),
  ),
  'portal.talk-reports': text(
    'portal',
    'text',
    'HIV、艾滋、人类免疫缺陷、AFP、CEA、CA125、CA153、CA199、CA15-3、CA19-9、CA72-4、PSA、NSE、CYFRA、SCC、肿瘤标志、瘤标、癌、恶性、基因、染色体、唐氏',
    `${ours}: words of reports that a doctor explains first; HIV by the rules on telling the person (艾滋病防治条例 Art. 42)`,
  ),
  'portal.seen-reports': text(
    'portal',
    'text',
    '病理、活检、CT、MRI、磁共振、PET、胃镜、肠镜、乙肝、丙肝、梅毒、TPPA',
    `${ours}: words of reports that a doctor looks at first; critical values always wait for one`,
  ),
} as const satisfies Record<string, SettingDefinition>
