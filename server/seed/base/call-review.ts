import { criticalSystem } from '../../../contract/call-score.ts'
import type { CriticalKind } from '../../../contract/call-quality.ts'
import type { Localized, Question } from '../../../contract/questionnaire.ts'
import type { Seed } from './questionnaires.ts'

const yes = { 'zh-CN': '做到', 'zh-TW': '做到', en: 'Yes' }
const no = { 'zh-CN': '没做到', 'zh-TW': '未做到', en: 'No' }
const na = { 'zh-CN': '不涉及', 'zh-TW': '不適用', en: 'Does not apply' }

function judged(linkId: string, score: number, text: Localized, more: Partial<Question> = {}): Question {
  return {
    linkId,
    type: 'choice',
    required: true,
    text,
    options: [
      { value: 'yes', text: yes, score },
      { value: 'no', text: no, score: 0 },
      { value: 'na', text: na },
    ],
    ...more,
  }
}

const critical = (kind: CriticalKind, help: Localized): Partial<Question> => ({
  help,
  codes: [{ system: criticalSystem, code: kind }],
})

/** How a call is scored: 100 points, and four questions whose "no" makes the call wrong whatever else was right. */
export const callReviewForm: Seed = {
  code: 'call-review',
  title: { 'zh-CN': '通话质检评分表', 'zh-TW': '通話品質評核表', en: 'Scoring of a call' },
  source: 'CareLoop; critical errors apart from points as in the COPC CX Standard',
  scoring: 'sum',
  items: [
    judged('greeting', 5, {
      'zh-CN': '问候并报出医院和自己是谁',
      'zh-TW': '問候並報出醫院與自己的身分',
      en: 'Greets, and says the hospital and who is speaking',
    }),
    judged(
      'identity',
      15,
      {
        'zh-CN': '说出个人或病情信息之前核对了身份',
        'zh-TW': '說出個人或病情資訊之前核對身分',
        en: 'Checks who is speaking before anything personal is said',
      },
      critical('privacy', {
        'zh-CN': '关键项：没做到即为信息安全差错',
        'zh-TW': '關鍵項：未做到即為個資差錯',
        en: 'Critical: “no” is an error of privacy',
      }),
    ),
    judged('need', 10, {
      'zh-CN': '听清来电人的需要并复述确认',
      'zh-TW': '聽清來電者的需要並複述確認',
      en: 'Understands what is wanted and repeats it',
    }),
    judged(
      'answer',
      25,
      {
        'zh-CN': '答复正确，与知识库和规定一致',
        'zh-TW': '答覆正確，與知識庫和規定一致',
        en: 'The answer is right, as the knowledge base and the rules have it',
      },
      critical('accuracy', {
        'zh-CN': '关键项：没做到即为答复差错',
        'zh-TW': '關鍵項：未做到即為答覆差錯',
        en: 'Critical: “no” is an error of accuracy',
      }),
    ),
    judged(
      'danger',
      20,
      {
        'zh-CN': '听到危险信号时按规定转接或上报',
        'zh-TW': '聽到危險徵兆時依規定轉接或通報',
        en: 'Passes on signs of danger as the rules say',
      },
      critical('safety', {
        'zh-CN': '关键项：没做到即为安全差错；没有危险信号选“不涉及”',
        'zh-TW': '關鍵項：未做到即為安全差錯；沒有危險徵兆選「不適用」',
        en: 'Critical: “no” is an error of safety; “does not apply” where there were none',
      }),
    ),
    judged(
      'record',
      15,
      {
        'zh-CN': '系统里的记录和小结与录音一致',
        'zh-TW': '系統裡的紀錄和小結與錄音一致',
        en: 'What was recorded is what the recording says',
      },
      critical('accuracy', {
        'zh-CN': '关键项：没做到即为记录差错',
        'zh-TW': '關鍵項：未做到即為紀錄差錯',
        en: 'Critical: “no” is an error of accuracy',
      }),
    ),
    judged('next-step', 5, {
      'zh-CN': '说清下一步由谁、在什么时候做',
      'zh-TW': '說清下一步由誰、在什麼時候做',
      en: 'Says what happens next, by whom and when',
    }),
    judged('manner', 5, {
      'zh-CN': '语气平和，不打断、不推诿',
      'zh-TW': '語氣平和，不打斷、不推諉',
      en: 'Calm; neither interrupts nor passes the buck',
    }),
    {
      linkId: 'praise',
      type: 'text',
      text: { 'zh-CN': '做得好的地方', 'zh-TW': '做得好的地方', en: 'What was done well' },
    },
  ],
}
