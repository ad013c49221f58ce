import { boolean, everywhere, integer, number, type SettingDefinition } from './define.ts'

const ours = 'CareLoop choice'

/** When and how often people are contacted; see `contact/rules.ts`. */
export const contactSettings = {
  'contact.quiet-from': integer(
    'contact',
    21,
    'hour',
    [0, 23],
    `${ours}: no contact 21:00–08:00 in the recipient's time`,
  ),
  'contact.quiet-to': integer(
    'contact',
    8,
    'hour',
    [0, 23],
    `${ours}: no contact 21:00–08:00 in the recipient's time`,
  ),
  'contact.marketing-per-30-days': integer('contact', 2, 'messages', [0, 60], ours),
  'contact.total-per-7-days': integer('contact', 7, 'messages', [1, 100], ours),
  'contact.household-marketing-per-30-days': integer(
    'contact',
    3,
    'messages',
    [0, 60],
    `${ours}: all who share a telephone number or e-mail address, together`,
  ),
  'contact.household-total-per-7-days': integer(
    'contact',
    14,
    'messages',
    [1, 200],
    `${ours}: all who share a telephone number or e-mail address, together`,
  ),
  'contact.campaign-economic-weight': number(
    'contact',
    0.5,
    'share',
    [0, 1],
    `${ours}: economic and strategic feasibility of a campaign count alike`,
  ),
  'contact.on-holidays': boolean(
    'contact',
    false,
    `${ours}: nothing but clinical contact on public holidays of the calendar`,
  ),
  'contact.preference-days': everywhere(
    integer(
      'contact',
      90,
      'days',
      [30, 400],
      `${ours}: the opt-out of a message works at least 30 days after it (CAN-SPAM 15 U.S.C. 7704(a)(3))`,
    ),
  ),
  'template.second-reader': boolean(
    'contact',
    true,
    `${ours}: texts with health wording and marketing texts are published by somebody who did not write them`,
  ),
} as const satisfies Record<string, SettingDefinition>
