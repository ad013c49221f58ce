export const ladder = {
  now: 'Now: {{step}} (attempt {{n}} of {{all}})',
  step: {
    phone: 'own telephone',
    family: 'family',
    community: 'community',
    letter: 'letter',
    lost: 'lost',
  },
  todo: {
    family:
      'The person does not answer. Choose a relative on the right and call; the result says who was called.',
    community:
      'The family was not reached either. Ask the community health station and note whom you asked and what they said.',
    letter:
      'Print the letter and post it, then save with the channel “Letter” and the result “No answer”: its number is the evidence, and the task waits for a reply.',
    waiting:
      'The letter is on its way. Record a reply as usual; choose “No answer” once more when none came, and the task ends as lost.',
    lost: 'Telephone, family, community and letter did not reach the person.',
  },
  print: 'Print the letter',
  letterTitle: 'Letter to a person who cannot be reached',
  letterHint: 'The letter carries the whole address and nothing about illness, ward or treatment.',
  letterLogged: 'Making it shows the whole address; the look is logged.',
  makeLetter: 'Make the letter',
  backToTask: 'Back to the task',
  to: 'To {{name}}',
  number: 'Number {{number}}',
  noPhone: 'No telephone number for letters is set; the letter leaves it blank.',
  phoneBlank: '____________',
} as const
