import { chdir } from 'withal/node';

chdir('/tmp'); // !no-floating-managers
export {};
