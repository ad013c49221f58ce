import type { Question } from '../../../../contract/questionnaire.ts'
import { choice, type Instrument, options, words } from './write.ts'

const howOften = options(
  [0, words('完全没有', 'Not at all')],
  [1, words('有几天', 'Several days')],
  [2, words('一半以上的天数', 'More than half the days')],
  [3, words('几乎每天', 'Nearly every day')],
)

const ask = (linkId: string, zh: string, en: string, more: Partial<Question> = {}) =>
  choice(linkId, words(zh, en), howOften, more)

const lastTwoWeeks = words(
  '想了解一下您最近两个星期的心情和睡眠，请告诉我下面每种情况大约有多少天。',
  'I would like to ask about your mood and sleep over the last two weeks: how often have you been bothered by each of the following?',
)

const licence =
  'Spitzer, Williams, Kroenke and colleagues; grant from Pfizer. No permission required to reproduce, translate, display or distribute.'

/** Kroenke, Spitzer, Williams. The PHQ-9: validity of a brief depression severity measure. J Gen Intern Med 2001;16:606-613: bands at 5, 10, 15, 20. */
const phq9: Instrument = {
  code: 'phq-9',
  title: words('PHQ-9 抑郁症状量表', 'PHQ-9 depression severity'),
  source: 'Kroenke K, Spitzer RL, Williams JBW. J Gen Intern Med 2001;16:606-613',
  licence,
  scoring: 'sum',
  script: lastTwoWeeks,
  items: [
    ask('interest', '做事时提不起劲或没有兴趣', 'Little interest or pleasure in doing things'),
    ask('mood', '感到心情低落、沮丧或绝望', 'Feeling down, depressed, or hopeless'),
    ask('sleep', '入睡困难、睡不安稳或睡得过多', 'Trouble falling or staying asleep, or sleeping too much'),
    ask('energy', '感觉疲倦或没有活力', 'Feeling tired or having little energy'),
    ask('appetite', '食欲不振或吃太多', 'Poor appetite or overeating'),
    ask(
      'failure',
      '觉得自己很糟，或觉得自己很失败，让自己或家人失望',
      'Feeling bad about yourself, or that you are a failure or have let yourself or your family down',
    ),
    ask(
      'concentration',
      '对事物专注有困难，例如看报纸或看电视时',
      'Trouble concentrating on things, such as reading the newspaper or watching television',
    ),
    ask(
      'movement',
      '行动或说话缓慢到别人已经察觉，或正好相反，烦躁坐立不安、动来动去比平常多',
      'Moving or speaking so slowly that other people could have noticed, or the opposite: being so fidgety or restless that you have been moving around a lot more than usual',
    ),
    ask(
      'self-harm',
      '有不如死掉或用某种方式伤害自己的念头',
      'Thoughts that you would be better off dead, or of hurting yourself in some way',
      {
        redFlag: {
          when: { fact: 'answers.self-harm', op: 'in', value: ['1', '2', '3'] },
          text: words('有自伤或轻生念头', 'Thoughts of self-harm or suicide'),
          withinMinutes: 30,
        },
      },
    ),
  ],
  bands: [
    { code: 'minimal', upTo: 4, tone: 'good', text: words('无或极轻抑郁症状', 'None or minimal depression') },
    {
      code: 'mild',
      upTo: 9,
      tone: 'watch',
      text: words('轻度抑郁症状', 'Mild depression'),
      advice: words('继续观察，下次随访再测', 'Watchful waiting; repeat at the next follow-up'),
    },
    {
      code: 'moderate',
      upTo: 14,
      tone: 'watch',
      text: words('中度抑郁症状', 'Moderate depression'),
      advice: words('由医生评估，考虑心理咨询或用药', 'Treatment plan: consider counselling or medication'),
    },
    {
      code: 'moderately-severe',
      upTo: 19,
      tone: 'bad',
      text: words('中重度抑郁症状', 'Moderately severe depression'),
      advice: words(
        '应开始治疗：用药和／或心理治疗',
        'Active treatment with medication and/or psychotherapy',
      ),
      redFlagWithinMinutes: 1440,
    },
    {
      code: 'severe',
      tone: 'bad',
      text: words('重度抑郁症状', 'Severe depression'),
      advice: words('立即开始治疗，尽快转精神科', 'Start treatment at once; refer to a psychiatrist'),
      redFlagWithinMinutes: 240,
    },
  ],
}

/** Spitzer, Kroenke, Williams, Löwe. A brief measure for assessing generalized anxiety disorder. Arch Intern Med 2006;166:1092-1097: bands at 5, 10, 15. */
const gad7: Instrument = {
  code: 'gad-7',
  title: words('GAD-7 焦虑症状量表', 'GAD-7 anxiety severity'),
  source: 'Spitzer RL, Kroenke K, Williams JBW, Löwe B. Arch Intern Med 2006;166:1092-1097',
  licence,
  scoring: 'sum',
  script: lastTwoWeeks,
  items: [
    ask('nervous', '感觉紧张、焦虑或急切', 'Feeling nervous, anxious or on edge'),
    ask('control', '不能停止或控制担忧', 'Not being able to stop or control worrying'),
    ask('worry', '对各种各样的事情担忧过多', 'Worrying too much about different things'),
    ask('relax', '很难放松下来', 'Trouble relaxing'),
    ask('restless', '由于不安而无法静坐', 'Being so restless that it is hard to sit still'),
    ask('irritable', '变得容易烦恼或急躁', 'Becoming easily annoyed or irritable'),
    ask('afraid', '感到害怕，似乎将有可怕的事情发生', 'Feeling afraid as if something awful might happen'),
  ],
  bands: [
    { code: 'minimal', upTo: 4, tone: 'good', text: words('无或极轻焦虑症状', 'Minimal anxiety') },
    { code: 'mild', upTo: 9, tone: 'watch', text: words('轻度焦虑症状', 'Mild anxiety') },
    {
      code: 'moderate',
      upTo: 14,
      tone: 'watch',
      text: words('中度焦虑症状', 'Moderate anxiety'),
      advice: words('需进一步评估', 'Further evaluation recommended'),
    },
    {
      code: 'severe',
      tone: 'bad',
      text: words('重度焦虑症状', 'Severe anxiety'),
      advice: words('由医生评估并治疗', 'Evaluation and active treatment'),
      redFlagWithinMinutes: 1440,
    },
  ],
}

export const moodInstruments = [phq9, gad7]
