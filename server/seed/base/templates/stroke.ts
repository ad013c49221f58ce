import { ask, danger, type DiseaseTemplate, drugs, reading } from './write.ts'

const atrialFibrillation: DiseaseTemplate = {
  code: 'disease-atrial-fibrillation',
  name: '心房颤动抗凝随访',
  title: {
    'zh-CN': '心房颤动抗凝随访',
    'zh-TW': '心房顫動抗凝血追蹤',
    en: 'Atrial fibrillation on anticoagulation, follow-up',
  },
  source:
    'Steffel J et al. 2021 EHRA Practical Guide on NOACs. Europace 2021;23:1612-1676（首次 1 个月，此后每 3-6 个月）；2024 ESC Guidelines for atrial fibrillation（华法林 INR 2.0-3.0）',
  codes: ['I48'],
  contacts: [
    {
      day: 7,
      dueDay: 14,
      by: 'nurse',
      title: '房颤：2 周电话',
      about: '抗凝药是否按时服用；华法林者问 INR。',
    },
    {
      day: 28,
      dueDay: 35,
      by: 'attending-doctor',
      title: '房颤：1 个月电话',
      about: '出血、漏服、合并用药。',
    },
    { day: 88, dueDay: 100, by: 'nurse', title: '房颤：3 个月电话', about: '复查肾功能，核对剂量。' },
    { day: 178, dueDay: 190, by: 'nurse', title: '房颤：6 个月电话', about: '复查肾功能，核对剂量。' },
  ],
  guidance: [
    {
      day: 1,
      subject: '吃抗凝药要知道的事',
      text: '抗凝药防的是脑卒中，请每天固定时间服用，不要因为没有症状就停。\n漏服：一天两次的药 6 小时内补、一天一次的药 12 小时内补，超过就跳过，不要一次吃双份。\n华法林请按时查 INR（一般 2.0 到 3.0），饮食中绿叶菜的量保持稳定。\n看病、拔牙、手术前告诉医生您在吃抗凝药；不要自己加止痛药或活血中药。\n突然说话不清、一侧无力、剧烈头痛、黑便、呕血，请立即拨打 120。',
    },
  ],
  questions: [
    danger(
      'signs',
      30,
      ['抗凝期间的危险症状', 'Dangerous signs on anticoagulation'],
      ['stroke', '说话不清、口角歪、一侧肢体无力', 'Slurred speech, drooping face, weakness of one side'],
      ['headache', '突发剧烈头痛', 'Sudden severe headache'],
      ['gastric', '黑便、呕血', 'Black stools or vomiting blood'],
      ['fall', '摔倒撞到头', 'Fell on the head'],
      ['faint', '晕倒', 'Fainted'],
    ),
    ask(
      'bleeding',
      ['小的出血有吗？', 'Any minor bleeding?'],
      [
        ['none', '没有', 'None'],
        ['gum', '牙龈、鼻出血', 'Gums or nose'],
        ['skin', '皮肤瘀斑', 'Bruises'],
        ['urine', '小便带血', 'Blood in the urine'],
      ],
      { on: ['urine'], text: ['抗凝期间血尿', 'Blood in the urine on anticoagulation'], withinMinutes: 240 },
    ),
    drugs(['抗凝药', 'the anticoagulant'], {
      text: ['自行停用抗凝药', 'Stopped the anticoagulant'],
      withinMinutes: 240,
    }),
    reading('inr', ['华法林：最近一次 INR', 'On warfarin: last INR'], '', [0.5, 15], {
      from: 4.5,
      text: ['INR ≥4.5', 'INR of 4.5 or more'],
      withinMinutes: 120,
    }),
    ask(
      'other-drugs',
      ['同时用止痛药或活血的中药吗？', 'Painkillers or blood-moving herbs besides?'],
      [
        ['no', '没有', 'No'],
        ['yes', '有', 'Yes'],
      ],
      undefined,
      ['有的请记下药名，并提醒复诊时告诉医生。', 'If so, note the names and remind to tell the doctor.'],
    ),
  ],
}

const stroke: DiseaseTemplate = {
  code: 'disease-stroke',
  name: '脑卒中出院随访',
  title: { 'zh-CN': '脑卒中随访', 'zh-TW': '腦中風追蹤', en: 'Stroke follow-up' },
  source:
    'Kleindorfer DO et al. 2021 AHA/ASA Guideline for secondary stroke prevention. Stroke 2021;52:e364-e467；中国急性缺血性卒中诊治指南 2023；改良 Rankin 量表（van Swieten JC et al. Stroke 1988;19:604-607）于 90 天评估',
  codes: ['I60', 'I61', 'I63', 'I64', 'G45'],
  contacts: [
    { day: 3, dueDay: 7, by: 'attending-doctor', title: '卒中：1 周电话', about: '吞咽、跌倒、用药。' },
    { day: 28, dueDay: 33, by: 'nurse', title: '卒中：1 个月电话', about: '康复训练、血压、情绪。' },
    { day: 86, dueDay: 95, by: 'attending-doctor', title: '卒中：90 天电话', about: '改良 Rankin 评分。' },
    { day: 178, dueDay: 190, by: 'nurse', title: '卒中：6 个月电话', about: '二级预防用药是否坚持。' },
  ],
  guidance: [
    {
      day: 1,
      subject: '卒中以后：认得复发的样子',
      text: '记住“120”：1 看脸歪不歪，2 查两只胳膊有没有一侧无力，0 听说话清不清。任何一项突然出现，立即拨打 120，记下发病时间。\n抗血小板药或抗凝药、降压药、降脂药要长期服用。\n喂饭时坐直、小口慢咽；喝水呛咳请告诉我们。\n家里拿掉地垫、装扶手、夜里留灯，防跌倒。\n出院后头三个月是康复的黄金期，请坚持训练。',
    },
  ],
  questions: [
    danger(
      'signs',
      30,
      ['疑似卒中复发或并发症', 'Possible recurrence or complication'],
      ['new-deficit', '新出现的无力、口歪、说话不清', 'New weakness, drooping face, slurred speech'],
      ['headache', '剧烈头痛、呕吐', 'Severe headache, vomiting'],
      ['seizure', '抽搐', 'Seizure'],
      ['leg', '一侧小腿肿痛', 'One calf swollen and painful'],
      ['pneumonia', '发热、咳痰加重', 'Fever with more phlegm'],
    ),
    ask(
      'rankin',
      ['日常生活到什么程度？（改良 Rankin）', 'How far does daily life go? (modified Rankin)'],
      [
        ['0', '完全没有症状', 'No symptoms'],
        ['1', '有症状，但能做从前的一切', 'Symptoms, but able to do everything as before'],
        ['2', '不能做从前的一切，自己的事自己能做', 'Looks after own affairs, not everything as before'],
        ['3', '需要一些帮助，能自己走', 'Needs some help, walks alone'],
        ['4', '不能自己走，生活需要人帮助', 'Cannot walk alone, needs help with the body'],
        ['5', '卧床，需要人一直照顾', 'Bedridden, constant care'],
      ],
    ),
    ask(
      'swallowing',
      ['喝水、吃饭呛咳吗？', 'Any choking on food or water?'],
      [
        ['no', '不呛', 'No'],
        ['sometimes', '有时', 'Sometimes'],
        ['often', '经常', 'Often'],
      ],
      { on: ['often'], text: ['经常呛咳，误吸风险', 'Chokes often: risk of aspiration'], withinMinutes: 480 },
    ),
    ask(
      'falls',
      ['出院以后摔过跤吗？', 'Any fall since discharge?'],
      [
        ['no', '没有', 'No'],
        ['yes', '有', 'Yes'],
      ],
    ),
    drugs(['抗血小板药或抗凝药', 'the antiplatelet drug or anticoagulant'], {
      text: ['自行停用抗血小板药或抗凝药', 'Stopped the antiplatelet drug or anticoagulant'],
      withinMinutes: 240,
    }),
    reading('systolic', ['最近一次收缩压（高压）', 'Last systolic blood pressure'], 'mmHg', [60, 260], {
      from: 180,
      text: ['收缩压 ≥180 mmHg', 'Systolic ≥180 mmHg'],
      withinMinutes: 60,
    }),
    ask(
      'mood',
      ['近两周情绪低落、对什么都没兴趣？', 'Low mood or no interest in the last two weeks?'],
      [
        ['no', '没有', 'No'],
        ['several-days', '有几天', 'Several days'],
        ['more', '一半以上的日子', 'More than half the days'],
      ],
      undefined,
      ['一半以上的日子的，请用 PHQ-9 再问。', 'If more than half the days, ask PHQ-9 as well.'],
    ),
  ],
}

export const strokeTemplates = [atrialFibrillation, stroke]
