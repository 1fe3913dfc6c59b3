using DowntimeLab;

return await CommandLine.RunAsync(args);
